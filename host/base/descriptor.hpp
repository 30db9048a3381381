// An owned file descriptor.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace toolrack {

class descriptor {
public:
    explicit descriptor(int number = -1) noexcept : number_(number) {}
    ~descriptor() { reset(); }
    descriptor(descriptor&& other) noexcept : number_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept {
        reset(other.release());
        return *this;
    }

    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }
    int release() noexcept { return std::exchange(number_, -1); }
    void reset(int number = -1) noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }

private:
    int number_;
};

// open(2) with O_CLOEXEC. Empty on failure; errno says why.
inline descriptor open_file(const std::filesystem::path& file, int how, mode_t mode = 0) noexcept {
    return descriptor(::open(file.c_str(), how | O_CLOEXEC, mode));
}

}  // namespace toolrack
