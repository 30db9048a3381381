// A secret: bytes that cannot be printed, compared or copied by accident, and that are zeroed when
// they go. Whoever needs the bytes says so with reveal(), which is easy to search for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolrack {

class secret {
public:
    secret() = default;
    explicit secret(std::string_view bytes) : bytes_(bytes) {}
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret();

    bool empty() const noexcept { return bytes_.empty(); }
    std::size_t size() const noexcept { return bytes_.size(); }
    std::string_view reveal() const noexcept { return bytes_; }
    secret copy() const { return secret(bytes_); }

private:
    std::string bytes_;
};

// Overwrites in a way that the compiler may not remove.
void wipe(std::string& bytes) noexcept;
void wipe(char* bytes, std::size_t size) noexcept;

// Takes the value of an environment variable and wipes it where the kernel shows it
// (/proc/PID/environ), which unsetenv alone leaves. Empty when unset or empty. Only before any other
// thread exists.
secret take_from_environment(const char* name);

}  // namespace toolrack
