# Builds a plugin's project, copied out of this tree, against the installed SDK.
#
# SOURCE folder of the project, whose last part is the plugin's name; WORK folder for this test; PREFIX where the SDK is;
# PLUGIN_DIR the plugin folder within PREFIX; COMPILER, GENERATOR; LOADER the program that loads a plugin as the daemon
# does; TEXT a regular expression that the output must match; MODE:
#   loads           the plugin is built, installed and loaded
#   tested          the test in the folder `test` of the project is built, and passes
#   fails           it must not be built
#   other_compiler  the SDK says that it was built with another compiler
file(REMOVE_RECURSE "${WORK}")
file(COPY "${SOURCE}" DESTINATION "${WORK}")
get_filename_component(name "${SOURCE}" NAME)

if(MODE STREQUAL "other_compiler")
  file(COPY "${PREFIX}/" DESTINATION "${WORK}/prefix")
  set(PREFIX "${WORK}/prefix")
  file(GLOB_RECURSE config "${PREFIX}/*/amibrokerConfig.cmake")
  file(READ "${config}" content)
  string(REGEX REPLACE "amibroker_SDK_COMPILER_MAJOR \"[0-9]+\"" "amibroker_SDK_COMPILER_MAJOR \"99\"" content
    "${content}")
  file(WRITE "${config}" "${content}")
endif()

set(output "")
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(output "${output}${text}" PARENT_SCOPE)
  set(result "${result}" PARENT_SCOPE)
endfunction()

set(project "${WORK}/${name}")
if(MODE STREQUAL "tested")
  set(project "${project}/test")
endif()
run("${CMAKE_COMMAND}" -S "${project}" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
  "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wold-style-cast -Werror" "-DCMAKE_PREFIX_PATH=${PREFIX}")
if(result EQUAL 0 AND NOT MODE STREQUAL "other_compiler")
  run("${CMAKE_COMMAND}" --build "${WORK}/build")
endif()
if(result EQUAL 0 AND MODE STREQUAL "tested")
  run("${CMAKE_CTEST_COMMAND}" --test-dir "${WORK}/build" --output-on-failure)
endif()
if(result EQUAL 0 AND MODE STREQUAL "loads")
  run("${CMAKE_COMMAND}" --install "${WORK}/build")
endif()
if(result EQUAL 0 AND MODE STREQUAL "loads")
  run("${LOADER}" "${PREFIX}/${PLUGIN_DIR}/${name}.so")
endif()

if(MODE STREQUAL "fails" AND result EQUAL 0)
  message(FATAL_ERROR "This should not have been built.\n${output}")
elseif(NOT MODE STREQUAL "fails" AND NOT result EQUAL 0)
  message(FATAL_ERROR "A step failed.\n${output}")
endif()
string(REGEX REPLACE "[ \n]+" " " on_one_line "${output}")
if(NOT on_one_line MATCHES "${TEXT}")
  message(FATAL_ERROR "Nothing says \"${TEXT}\".\n${output}")
endif()
