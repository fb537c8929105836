# Settings that every target of this project shares, and the functions that make libraries and tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# The same tree as an installation has, so that the daemon finds its plugins relative to itself in both.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(AMIBROKER_PLUGIN_DIR "lib/zmq-ami-broker/plugins")  # not LIBDIR: the daemon finds it as ../lib/... from bin
set(AMIBROKER_PLUGIN_OUTPUT_DIR "${CMAKE_BINARY_DIR}/lib/zmq-ami-broker/plugins")
set(AMIBROKER_BUS_DIR "lib/zmq-ami-broker/buses")
set(AMIBROKER_BUS_OUTPUT_DIR "${CMAKE_BINARY_DIR}/lib/zmq-ami-broker/buses")

find_program(CCACHE ccache)
if(CCACHE)
  # Without it ccache takes nothing that a precompiled header goes into.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(amibroker_flags INTERFACE)
target_compile_options(amibroker_flags INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wold-style-cast
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:AMIBROKER_NO_SHADOW_WARNING>>>:-Wshadow>
  $<$<BOOL:${AMIBROKER_WERROR}>:-Werror>)
if(AMIBROKER_SANITIZE)
  add_compile_options(-fsanitize=${AMIBROKER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AMIBROKER_SANITIZE})
  if(AMIBROKER_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)  # Boost.Asio has a fence that GCC's thread sanitizer does not know
  endif()
endif()

# amibroker_library(NAME SOURCES... [PUBLIC LIBS...] [PRIVATE LIBS...] [PRECOMPILE HEADERS...])
# A static library of the core or the plugins; its headers are included by their path from the repository's root.
function(amibroker_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  # The one library that is installed must not name this tree to those that link it.
  target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE $<BUILD_INTERFACE:amibroker_flags> ${ARG_PRIVATE})
endfunction()

# amibroker_precompile(TARGET HEADERS...)
# HEADERS and what nearly every source includes, compiled once for the target. For tests: without optimisation half of the
# time is parsing. With it it is less, and the compiler would take system headers that were precompiled for ours, and warn.
function(amibroker_precompile name)
  get_target_property(sources ${name} SOURCES)
  list(LENGTH sources count)
  if(count LESS 4)
    return()  # they would take no longer
  endif()
  target_precompile_headers(${name} PRIVATE
    <algorithm> <chrono> <filesystem> <functional> <map> <memory> <optional> <string> <vector> ${ARGN})
  target_compile_options(${name} PRIVATE  # what ccache asks for, so that it knows which headers went in
    "$<IF:$<CXX_COMPILER_ID:GNU>,-fpch-preprocess,SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# amibroker_test(NAME SOURCES... [LIBS ...] [PRECOMPILE HEADERS...] [TIMEOUT seconds] [LABELS ...] [ENVIRONMENT NAME=VALUE...])
# One GoogleTest executable, registered test by test with ctest.
function(amibroker_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;PRECOMPILE;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES AMIBROKER_NO_SHADOW_WARNING ON)  # GoogleTest's macros shadow each other
  # What is tested is optimised as users get it; the tests themselves would only take twice as long to compile.
  target_compile_options(${name} PRIVATE -O0)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE amibroker_flags GTest::gmock GTest::gtest_main ${ARG_LIBS})
  amibroker_precompile(${name} <gmock/gmock.h> <gtest/gtest.h> ${ARG_PRECOMPILE})
  # Only those that have a value: an empty one is dropped on the way, and the next name would be taken for it.
  set(properties TIMEOUT ${ARG_TIMEOUT})
  foreach(property LABELS ENVIRONMENT)
    if(ARG_${property})
      list(APPEND properties ${property} "${ARG_${property}}")
    endif()
  endforeach()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
