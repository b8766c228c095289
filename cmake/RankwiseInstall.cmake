# `cmake --install`: the program, and the folders as libraries that find_package(rankwise) offers as rankwise::NAME.
# Without MPI there is no program, and half a library is not worth having.
if(NOT RANKWISE_MPI)
  return()
endif()
include(CMakePackageConfigHelpers)

# Who links rankwise need not have the headers of MPI, Boost, HDF5 and Highway: what brings them along stays here.
function(rankwise_find_private_headers result)
  set(root ${PROJECT_SOURCE_DIR}/lib)
  file(GLOB_RECURSE headers RELATIVE ${root} CONFIGURE_DEPENDS ${root}/rankwise/*.hpp)
  set(foreign "<(mpi\\.h|boost/|hdf5|H5|hwy/)")
  set(private "")
  set(found TRUE)
  while(found)
    set(found FALSE)
    foreach(header IN LISTS headers)
      file(STRINGS ${root}/${header} includes REGEX "^ *# *include *(${foreign})")
      if(includes AND NOT header IN_LIST private)
        list(APPEND private ${header})
        string(APPEND foreign "|\"${header}\"")
        set(found TRUE)
      endif()
    endforeach()
  endwhile()
  set(${result} ${private} PARENT_SCOPE)
endfunction()
rankwise_find_private_headers(RANKWISE_PRIVATE_HEADERS)
list(TRANSFORM RANKWISE_PRIVATE_HEADERS REPLACE "(.+)" "PATTERN;\\1;EXCLUDE" OUTPUT_VARIABLE RANKWISE_NOT_INSTALLED)

# The loader does not look where modules and Spack keep MPI and HDF5.
set_target_properties(rankwise PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS rankwise RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

get_property(RANKWISE_INSTALLED_FOLDERS GLOBAL PROPERTY RANKWISE_FOLDERS)
foreach(folder IN LISTS RANKWISE_INSTALLED_FOLDERS)
  install(TARGETS rankwise_${folder} EXPORT rankwise-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/rankwise/${folder}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rankwise
          FILES_MATCHING PATTERN *.hpp ${RANKWISE_NOT_INSTALLED})
endforeach()
# A static library names what it stands on, also where only its sources see that.
set_target_properties(rankwise_hdf5 PROPERTIES EXPORT_NAME hdf5)
install(TARGETS rankwise_hdf5 EXPORT rankwise-targets)

set(RANKWISE_PACKAGE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/rankwise)
configure_file(${PROJECT_SOURCE_DIR}/cmake/rankwise-config.cmake.in
               ${PROJECT_BINARY_DIR}/package/rankwise-config.cmake @ONLY)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/rankwise-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/rankwise-config.cmake
              ${PROJECT_BINARY_DIR}/package/rankwise-config-version.cmake
        DESTINATION ${RANKWISE_PACKAGE_FOLDER})
install(EXPORT rankwise-targets NAMESPACE rankwise:: DESTINATION ${RANKWISE_PACKAGE_FOLDER})

install(CODE "execute_process(COMMAND \"$<TARGET_FILE:rankwise>\" completion bash
                              OUTPUT_FILE \"${PROJECT_BINARY_DIR}/package/rankwise\" COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${PROJECT_BINARY_DIR}/package/rankwise
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
