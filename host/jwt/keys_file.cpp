#include "jwt/keys_file.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/replace_file.hpp"
#include "base/trusted_file.hpp"

namespace toolrack::jwt {
namespace {

namespace fs = std::filesystem;

// Empty when the file does not exist.
std::optional<trusted_file> read(const fs::path& file) {
    if (mark_of(file) == file_mark{}) return std::nullopt;
    auto found = read_trusted(file, longest_keys_file);
    if (!found) throw failure(fmt::format("The keys file {} cannot be used: {}.", file.string(), found.error().why()));
    return std::move(*found);
}

key_ring parsed(trusted_file& found, const fs::path& file) {
    struct wiper {
        std::string& bytes;
        ~wiper() { wipe(bytes); }
    } const wiped{found.bytes};
    return read_key_ring(found.bytes, file.string());
}

[[noreturn]] void fail_absent(const fs::path& file) {
    throw failure(fmt::format(
        "There is no keys file {}. Create one with: toolrack key new --keys {}", file.string(), file.string()));
}

}  // namespace

key_ring load_keys(const fs::path& file) {
    auto found = read(file);
    if (!found) fail_absent(file);
    return parsed(*found, file);
}

void change_keys(const fs::path& file, when_absent absent, const std::function<void(key_ring&)>& change) {
    const file_lock held(file);
    auto found = read(file);
    if (!found && absent == when_absent::fail) fail_absent(file);
    key_ring ring = found ? parsed(*found, file) : key_ring();
    change(ring);
    const secret text = write_key_ring(ring);
    read_key_ring(text.reveal(), file.string());  // throws instead of writing a file that could not be read
    replace_file(file, text.reveal());
}

}  // namespace toolrack::jwt
