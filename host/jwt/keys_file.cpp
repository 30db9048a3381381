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

constexpr std::size_t most_bytes = 64 * 1024;

// Nothing when there is none.
std::optional<trusted_file> read(const fs::path& file) {
    if (mark_of(file) == file_mark{}) return std::nullopt;
    auto found = read_trusted(file, most_bytes);
    if (!found) throw failure(fmt::format("The keys file {} cannot be used: {}.", file.string(), found.error().why()));
    return std::move(*found);
}

key_ring parsed(trusted_file& found, const fs::path& file) {
    struct wiper {
        std::string& bytes;
        ~wiper() { wipe(bytes); }
    } const after{found.bytes};
    return read_key_ring(found.bytes, file.string());
}

[[noreturn]] void say_absent(const fs::path& file) {
    throw failure(fmt::format("There is no keys file {}. Make one with: toolrack key new --keys {}", file.string(),
                              file.string()));
}

}  // namespace

key_ring load_keys(const fs::path& file) {
    auto found = read(file);
    if (!found) say_absent(file);
    return parsed(*found, file);
}

void change_keys(const fs::path& file, when_absent absent, const std::function<void(key_ring&)>& change) {
    const file_lock held(file);
    auto found = read(file);
    if (!found && absent == when_absent::fail) say_absent(file);
    key_ring ring = found ? parsed(*found, file) : key_ring();
    change(ring);
    const secret text = write_key_ring(ring);
    read_key_ring(text.reveal(), file.string());  // what could not be read again is not written
    replace_file(file, text.reveal());
}

}  // namespace toolrack::jwt
