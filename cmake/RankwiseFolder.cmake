# How everything of ours is compiled. `-ffp-contract=off`: the same source gives the same bits with and without FMA.
add_library(rankwise_options INTERFACE)
target_compile_options(rankwise_options INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion
                                                  $<$<BOOL:${RANKWISE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of the standard library's own string concatenation (GCC bug 105651).
  target_compile_options(rankwise_options INTERFACE -Wno-restrict)
endif()
if(RANKWISE_FUZZ)
  target_compile_options(rankwise_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(RANKWISE_SANITIZE)
  target_compile_options(rankwise_options INTERFACE -fsanitize=${RANKWISE_SANITIZE} -fno-omit-frame-pointer
                                                    -fno-sanitize-recover=all)
  target_link_options(rankwise_options INTERFACE -fsanitize=${RANKWISE_SANITIZE})
endif()

# rankwise_add_folder(NAME SOURCES file... [STANDS_ON folder...] [USES library...])
#
# One library for one folder of lib/rankwise. Its headers are found only by folders that say they stand on it: each
# folder has an include root of its own, so that a forbidden include does not compile. USES stays private.
function(rankwise_add_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;STANDS_ON;USES" ${ARGN})
  set(root ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root}/rankwise)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/rankwise/${name} SYMBOLIC)

  add_library(rankwise_${name} STATIC ${ARG_SOURCES})
  add_library(rankwise::${name} ALIAS rankwise_${name})
  set_target_properties(rankwise_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(rankwise_${name} PUBLIC cxx_std_20)
  target_include_directories(rankwise_${name} PUBLIC $<BUILD_INTERFACE:${root}>
                                                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  list(TRANSFORM ARG_STANDS_ON PREPEND rankwise_)
  target_link_libraries(rankwise_${name} PUBLIC ${ARG_STANDS_ON}
                                         PRIVATE ${ARG_USES} $<BUILD_INTERFACE:rankwise_options>)
  set_property(GLOBAL APPEND PROPERTY RANKWISE_FOLDERS ${name})
endfunction()
