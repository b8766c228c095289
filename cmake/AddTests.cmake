include(GoogleTest)

# What Open MPI needs to run more ranks than there are cores, also as root, for versions 4 and 5; and its own checks.
set(RANKWISE_MPI_TEST_ENVIRONMENT
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=true
    PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe OMPI_MCA_mpi_show_handle_leaks=true
    OMPI_MCA_mpi_param_check=true OMPI_MCA_btl_base_warn_component_unused=0)
# What Open MPI and tests/support/handle_counter.cpp say at the end of a program that has not given a handle back.
# tests/commands/support.py looks for it, too.
set(RANKWISE_LEAKED_HANDLE "still allocated (in|at) MPI_F")

# Under the address sanitizer leaks are errors, also of programs that start MPI: what MPI itself loses is told by the
# names of its libraries, which have to stay loaded for that.
if(RANKWISE_SANITIZE MATCHES address)
  list(APPEND RANKWISE_MPI_TEST_ENVIRONMENT ASAN_OPTIONS=detect_leaks=1
       LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/leaks.supp:print_suppressions=0)
endif()
function(rankwise_keep_loaded target)
  if(NOT RANKWISE_SANITIZE MATCHES address)
    return()
  endif()
  if(NOT TARGET rankwise_keep_loaded)
    add_library(rankwise_keep_loaded OBJECT ${PROJECT_SOURCE_DIR}/tests/support/keep_loaded.cpp)
    target_link_libraries(rankwise_keep_loaded PRIVATE rankwise_options)
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:rankwise_keep_loaded>)
endfunction()

# add_unit_tests(NAME SOURCES file... USES folder...): tests of pure code; each TEST is a test of its own.
function(add_unit_tests name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_property(GLOBAL APPEND PROPERTY RANKWISE_TEST_SOURCES ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND rankwise_)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_LIBRARIES} rankwise_options GTest::gtest_main)
  gtest_discover_tests(${name} PROPERTIES TIMEOUT 120 LABELS unit DISCOVERY_TIMEOUT 60)
endfunction()

# add_mpi_test(NAME SOURCES file... USES folder... RANKS 1 2 ... THREADS 1 ...): one program that is run whole under
# mpiexec at each number of ranks and threads. Failures of any rank are told by rank 0.
function(add_mpi_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;RANKS;THREADS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/support/handle_counter.cpp)
  set_property(GLOBAL APPEND PROPERTY RANKWISE_TEST_SOURCES ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND rankwise_)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_USES} rankwise_mpi_test_main MPI::MPI_CXX rankwise_options)
  rankwise_keep_loaded(${name})
  foreach(ranks IN LISTS ARG_RANKS)
    foreach(threads IN LISTS ARG_THREADS)
      set(test ${name}.${ranks}x${threads})
      add_test(NAME ${test} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:${name}>)
      # Ranks wait most of their time.
      set_tests_properties(${test} PROPERTIES
        LABELS mpi TIMEOUT 120 PROCESSORS 2 FAIL_REGULAR_EXPRESSION "${RANKWISE_LEAKED_HANDLE}"
        ENVIRONMENT "${RANKWISE_MPI_TEST_ENVIRONMENT};RANKWISE_TEST_THREADS=${threads}")
    endforeach()
  endforeach()
endfunction()

# refuse_forgotten_tests(): a *_test.cpp below this folder that belongs to no program would never run.
function(refuse_forgotten_tests)
  file(GLOB_RECURSE forgotten RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *_test.cpp)
  get_property(built GLOBAL PROPERTY RANKWISE_TEST_SOURCES)
  list(REMOVE_ITEM forgotten ${built})
  if(forgotten)
    message(FATAL_ERROR "tests that no program is made of: ${forgotten}")
  endif()
endfunction()

# add_command_tests(FILE [EACH_CASE] [ENVIRONMENT NAME=VALUE...]): each test function of a Python file that runs the real
# program, with all its cases: to start Python, NumPy and h5py for each takes longer than most cases do. EACH_CASE is for
# cases long enough to run side by side.
function(add_command_tests file)
  cmake_parse_arguments(ARG "EACH_CASE" "" "ENVIRONMENT" ${ARGN})
  set(timeout 600)
  if(RANKWISE_SANITIZE)
    set(timeout 1800)
  endif()
  cmake_path(GET file STEM stem)
  execute_process(
    COMMAND ${RANKWISE_TEST_PYTHON} -m pytest --collect-only -q -p no:cacheprovider ${CMAKE_CURRENT_SOURCE_DIR}/${file}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE listing RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "the tests in ${file} cannot be listed:\n${listing}")
  endif()
  string(REGEX MATCHALL "[^\n]+::[^\n]+" tests "${listing}")
  list(TRANSFORM tests REPLACE "^.*::" "")
  if(NOT ARG_EACH_CASE)
    list(TRANSFORM tests REPLACE "[[].*" "")
    list(REMOVE_DUPLICATES tests)
  endif()
  foreach(short IN LISTS tests)
    add_test(NAME ${stem}.${short}
             COMMAND ${RANKWISE_TEST_PYTHON} -m pytest -q -p no:cacheprovider --no-header ${file}::${short}
             WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_tests_properties(${stem}.${short} PROPERTIES LABELS command TIMEOUT ${timeout}
      ENVIRONMENT "${RANKWISE_MPI_TEST_ENVIRONMENT};RANKWISE=$<TARGET_FILE:rankwise>;MPIEXEC=${MPIEXEC_EXECUTABLE};RANKWISE_SANITIZE=${RANKWISE_SANITIZE};PYTHONDONTWRITEBYTECODE=1;${ARG_ENVIRONMENT}"
      SKIP_REGULAR_EXPRESSION "\n[0-9]+ skipped")
    if(short MATCHES "cores_are_busy")
      set_tests_properties(${stem}.${short} PROPERTIES RUN_SERIAL ON)
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endfunction()
