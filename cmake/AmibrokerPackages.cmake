# The Debian packages (scripts/package): zmq-ami-broker with the daemon, its plugins and its control tool, and
# zmq-ami-broker-dev with what authors of plugins need; and zmq-ami-broker-nats with the engine of [cluster], if libnats was
# there, so that nobody else needs it. Included last, when all that is installed is known.
#
# Each install() without a component belongs to `daemon`. What only a package has is EXCLUDE_FROM_ALL there, so that
# `cmake --install` leaves it out.
set(packaging "${PROJECT_SOURCE_DIR}/etc/debian")
set(made "${PROJECT_BINARY_DIR}/debian")

# The release is part of the version, for a package of one release does not fit another: 0.1.0-1~deb12.
set(release "1")
if(EXISTS /etc/os-release)
  file(STRINGS /etc/os-release os_release REGEX "^VERSION_ID=")
  string(REGEX REPLACE "[^0-9]" "" os_release "${os_release}")
  if(os_release)
    set(release "1~deb${os_release}")
  endif()
endif()

# As Debian's own tools take them from the environment of whoever makes a package.
set(AMIBROKER_PACKAGER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
if(AMIBROKER_PACKAGER MATCHES "^ |<>")
  set(AMIBROKER_PACKAGER "zmq-ami-broker authors <zmq-ami-broker@packages.invalid>")
endif()
set(AMIBROKER_PACKAGE_VERSION "${PROJECT_VERSION}-${release}")
# The newest change's time, so that the same tree gives the same package.
execute_process(COMMAND git -C "${PROJECT_SOURCE_DIR}" log -1 --format=%cD
  OUTPUT_VARIABLE AMIBROKER_PACKAGE_DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT AMIBROKER_PACKAGE_DATE)
  string(TIMESTAMP AMIBROKER_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
endif()
# The day of a changelog has two digits.
string(REGEX REPLACE "^(...), ([0-9]) " "\\1, 0\\2 " AMIBROKER_PACKAGE_DATE "${AMIBROKER_PACKAGE_DATE}")
configure_file("${packaging}/changelog.in" "${made}/changelog.Debian" @ONLY)
configure_file("${packaging}/copyright" "${made}/copyright" COPYONLY)
configure_file("${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${made}/changelog" COPYONLY)

set(packages zmq-ami-broker zmq-ami-broker-dev)
if(TARGET bus_nats)
  list(APPEND packages zmq-ami-broker-nats)
endif()
foreach(package ${packages})
  set(component daemon)
  if(package STREQUAL "zmq-ami-broker-dev")
    set(component sdk)
  elseif(package STREQUAL "zmq-ami-broker-nats")
    set(component nats)
  endif()
  install(FILES "${made}/changelog" "${made}/changelog.Debian" "${made}/copyright"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/docs/plugin-guide.md" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/zmq-ami-broker-dev"
  COMPONENT sdk EXCLUDE_FROM_ALL)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/examples/plugins" "${PROJECT_SOURCE_DIR}/examples/events" "${PROJECT_SOURCE_DIR}/examples/bus"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/zmq-ami-broker-dev/examples" COMPONENT sdk EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME zmq-ami-broker)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own below
set(CPACK_PACKAGE_CONTACT "${AMIBROKER_PACKAGER}")
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_LIST_DIR}/AmibrokerCPack.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/AmibrokerFinishPackage.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/AmibrokerFinishDebug.cmake")
set(CPACK_SET_DESTDIR ON)  # the configuration lies outside the prefix
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL daemon sdk)
if(TARGET bus_nats)
  list(APPEND CPACK_COMPONENTS_ALL nats)
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${release}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME zmq-ami-broker)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION comm)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "zmq-ami-broker-dev, zmq-ami-broker-nats")
set(CPACK_DEBIAN_DAEMON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DAEMON_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA 
  "${packaging}/postinst" "${packaging}/prerm" "${packaging}/postrm" "${made}/conffiles")
set(CPACK_COMPONENT_DAEMON_DESCRIPTION "makes many Asterisk servers act as one
A daemon that connects to many Asterisk PBX servers by their manager interface
and lets them see each other's phones: BLF lamps and presence states are right
on all of them, while servers die, restart or answer late. More is done by
plugins.
.
This package has the daemon, its plugins and the control tool
zmq-ami-brokerctl.")
file(WRITE "${made}/conffiles" "${CMAKE_INSTALL_FULL_SYSCONFDIR}/zmq-ami-broker/zmq-ami-broker.ini\n")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME zmq-ami-broker-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "cmake, g++")
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "zmq-ami-broker (= ${AMIBROKER_PACKAGE_VERSION}), libgtest-dev, libgmock-dev")
set(CPACK_DEBIAN_SDK_DEBUGINFO_PACKAGE OFF)
set(CPACK_COMPONENT_SDK_DESCRIPTION "files to build plugins of zmq-ami-broker
zmq-ami-broker is a daemon that makes many Asterisk PBX servers act as one.
What it does with their events is the business of plugins.
.
This package has what the author of one needs: the headers of the SDK, the
library for plugins that distribute states, the test kit, files for CMake, the
guide, and examples.")

set(CPACK_DEBIAN_NATS_PACKAGE_NAME zmq-ami-broker-nats)
set(CPACK_DEBIAN_NATS_PACKAGE_SECTION comm)
set(CPACK_DEBIAN_NATS_PACKAGE_DEPENDS "zmq-ami-broker (= ${AMIBROKER_PACKAGE_VERSION})")
set(CPACK_DEBIAN_NATS_PACKAGE_SUGGESTS nats-server)
set(CPACK_DEBIAN_NATS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_NATS_DEBUGINFO_PACKAGE ON)
set(CPACK_COMPONENT_NATS_DESCRIPTION "brokers of many sites agree over NATS
zmq-ami-broker is a daemon that makes many Asterisk PBX servers act as one.
.
This package has what brokers of several sites need to agree with each other: a
library that the daemon loads if its configuration has the section [cluster].")
include(CPack)
