# amibroker_add_plugin(NAME SOURCES...)
#
# Makes NAME.so, a plugin of zmq-ami-broker, as a target called NAME. NAME is what the plugin's macro AMIBROKER_PLUGIN
# says and what the configuration switches on: [a-z0-9_], 1 to 40 characters. More sources and libraries may be added
# to the target as usual.
#
# Where AMIBROKER_PLUGIN_OUTPUT_DIR is set, the file is built into that folder. Nothing is installed; for that:
#   install(TARGETS NAME DESTINATION "${amibroker_PLUGIN_DIR}")
function(amibroker_add_plugin name)
  if(NOT name MATCHES "^[a-z0-9_]+$")
    message(FATAL_ERROR "amibroker_add_plugin: \"${name}\" cannot be the name of a plugin: only a-z, 0-9 and _")
  endif()
  string(LENGTH "${name}" length)
  if(length GREATER 40)
    message(FATAL_ERROR "amibroker_add_plugin: the name ${name} is longer than 40 characters")
  endif()
  if(NOT ARGN)
    message(FATAL_ERROR "amibroker_add_plugin: ${name} has no source file")
  endif()

  # The daemon refuses a plugin of another compiler; better to hear of it here. (In the broker's own build there is
  # only one compiler, and these variables are not set.)
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
  if(DEFINED amibroker_SDK_COMPILER AND
     NOT "${CMAKE_CXX_COMPILER_ID}-${major}" STREQUAL "${amibroker_SDK_COMPILER}-${amibroker_SDK_COMPILER_MAJOR}")
    message(WARNING "${name} is built with ${CMAKE_CXX_COMPILER_ID} ${major}, and the broker with "
      "${amibroker_SDK_COMPILER} ${amibroker_SDK_COMPILER_MAJOR}: the daemon will refuse to load it. "
      "Choose the same compiler with -DCMAKE_CXX_COMPILER=...")
  endif()

  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE amibroker::sdk)
  # Only the plugin's one symbol is seen from outside; a symbol that is missing is an error of this build, not of the
  # daemon's start.
  target_link_options(${name} PRIVATE -Wl,--no-undefined)
  # GCC makes the static objects of templates and inline functions unique in the whole process: a new build of a plugin
  # would share those of the old one, which runs beside it while the plugin is reloaded.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -fno-gnu-unique)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX ".so"
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  if(AMIBROKER_PLUGIN_OUTPUT_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${AMIBROKER_PLUGIN_OUTPUT_DIR}")
  endif()
endfunction()
