# Read by cpack, before it makes a package.
if(NOT CPACK_INSTALL_PREFIX STREQUAL "/usr")
  message(FATAL_ERROR "A package installs into /usr, and this tree was configured for ${CPACK_INSTALL_PREFIX}: "
    "use scripts/package, or the preset package")
endif()
