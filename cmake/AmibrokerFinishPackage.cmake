# Read by cpack when all files of the packages are in place: what Debian wants otherwise than an installation has it.

# Manual pages and changelogs are compressed, without a time of their own.
file(GLOB texts "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/man?/*.[1-8]"
  "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog" "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog.Debian")
foreach(text ${texts})
  execute_process(COMMAND gzip -9n "${text}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The static library goes without what only a debugger reads, but keeps what a linker needs.
file(GLOB_RECURSE archives "${CPACK_TEMPORARY_DIRECTORY}/*.a")
foreach(archive ${archives})
  execute_process(COMMAND strip --strip-debug --enable-deterministic-archives "${archive}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
