// Messages from the host to a worker.
#include "frames.hpp"
#include "plugin/process/worker_messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace toolrack;
    fuzz::check_frames<plugin::to_worker::any>(fuzz::text_of(bytes, size), [](const plugin::to_worker::any&) {});
    return 0;
}
