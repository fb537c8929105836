# Read by cpack when the packages are made. Its package of debug symbols has paths of the build tree in its md5sums, and no
# link to the copyright of the package that it belongs to, which dpkg and lintian both miss.
foreach(package ${CPACK_PACKAGE_FILES})
  if(NOT package MATCHES "-dbgsym_")
    continue()
  endif()
  set(tree "${CPACK_TEMPORARY_DIRECTORY}/dbgsym")
  file(REMOVE_RECURSE "${tree}")
  execute_process(COMMAND dpkg-deb --raw-extract "${package}" "${tree}" COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB_RECURSE files RELATIVE "${tree}" "${tree}/usr/*")
  execute_process(COMMAND md5sum ${files} WORKING_DIRECTORY "${tree}" OUTPUT_FILE "${tree}/DEBIAN/md5sums"
    COMMAND_ERROR_IS_FATAL ANY)
  file(MAKE_DIRECTORY "${tree}/usr/share/doc")
  file(CREATE_LINK zmq-ami-broker "${tree}/usr/share/doc/zmq-ami-broker-dbgsym" SYMBOLIC)
  execute_process(COMMAND dpkg-deb --root-owner-group --build "${tree}" "${package}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE "${tree}")
endforeach()
