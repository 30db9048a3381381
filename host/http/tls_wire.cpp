#include "http/tls_wire.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace toolrack::http {
namespace {

int socket_of(BIO* wire) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(wire)));
}

bool goes_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int receive(BIO* wire, char* into, std::size_t size, std::size_t* got) {
    BIO_clear_retry_flags(wire);
    const auto bytes = ::recv(socket_of(wire), into, size, 0);
    *got = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    if (bytes < 0 && goes_later(errno)) BIO_set_retry_read(wire);
    if (bytes == 0) BIO_set_flags(wire, BIO_FLAGS_IN_EOF);
    return bytes > 0;
}

int send(BIO* wire, const char* from, std::size_t size, std::size_t* sent) {
    BIO_clear_retry_flags(wire);
    const auto bytes = ::send(socket_of(wire), from, size, MSG_NOSIGNAL);
    *sent = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    if (bytes < 0 && goes_later(errno)) BIO_set_retry_write(wire);
    return bytes > 0;
}

long control(BIO* wire, int what, long, void*) {
    switch (what) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return BIO_test_flags(wire, BIO_FLAGS_IN_EOF) != 0;
    default: return 0;
    }
}

using method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

method make_method() {
    method made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "toolrack socket"),
                &BIO_meth_free);
    if (!made) return made;
    BIO_meth_set_read_ex(made.get(), receive);
    BIO_meth_set_write_ex(made.get(), send);
    BIO_meth_set_ctrl(made.get(), control);
    return made;
}

}  // namespace

bio_st* tls_wire(int socket) noexcept {
    static const method shared = make_method();
    BIO* made = shared ? BIO_new(shared.get()) : nullptr;
    if (!made) return nullptr;
    BIO_set_data(made, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    BIO_set_init(made, 1);
    return made;
}

}  // namespace toolrack::http
