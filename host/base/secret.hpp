// Bytes that cannot be printed, compared or copied by accident, and that are zeroed on destruction. reveal() gives
// access to them and is easy to search for.
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

// Overwrites the bytes; the compiler may not remove the call.
void wipe(std::string& bytes) noexcept;
void wipe(char* bytes, std::size_t size) noexcept;

// Returns the value of an environment variable, unsets it and overwrites it in place, because unsetenv alone leaves it
// visible in /proc/PID/environ. Empty when the variable is unset or empty. Call it before any other thread exists.
secret take_from_environment(const char* name);

}  // namespace toolrack
