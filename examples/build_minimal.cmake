# cmake -Dexample= -Dbuild= -Dprefix= -Dout= -Dcompiler= -Dgenerator= -P build_minimal.cmake
function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} -S ${example} -B ${build} -G ${generator} -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${compiler}
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
run(${CMAKE_COMMAND} --build ${build})
file(COPY_FILE ${build}/greet.so ${out})
