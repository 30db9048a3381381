#include "http/tls/socket_bio.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace toolrack::http {
namespace {

bool is_temporary(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

struct socket_bio::callbacks {
    using method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

    static socket_bio& of(BIO* bio) { return *static_cast<socket_bio*>(BIO_get_data(bio)); }

    static int receive(BIO* bio, char* into, std::size_t size, std::size_t* got) {
        auto& self = of(bio);
        *got = 0;
        BIO_clear_retry_flags(bio);
        if (self.received_ >= max_bytes_per_operation) {
            BIO_set_retry_read(bio);
            return 0;
        }
        const auto bytes = ::recv(self.socket_, into, size, 0);
        if (bytes < 0 && is_temporary(errno)) BIO_set_retry_read(bio);
        if (bytes == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        if (bytes <= 0) return 0;
        *got = static_cast<std::size_t>(bytes);
        self.received_ += *got;
        return 1;
    }

    static int send(BIO* bio, const char* from, std::size_t size, std::size_t* sent) {
        *sent = 0;
        BIO_clear_retry_flags(bio);
        const auto bytes = ::send(of(bio).socket_, from, size, MSG_NOSIGNAL);
        if (bytes < 0 && is_temporary(errno)) BIO_set_retry_write(bio);
        if (bytes <= 0) return 0;
        *sent = static_cast<std::size_t>(bytes);
        return 1;
    }

    static long control(BIO* bio, int what, long, void*) {
        switch (what) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
        default: return 0;
        }
    }

    static method make() {
        method made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "toolrack socket"), &BIO_meth_free);
        if (!made) return made;
        BIO_meth_set_read_ex(made.get(), receive);
        BIO_meth_set_write_ex(made.get(), send);
        BIO_meth_set_ctrl(made.get(), control);
        return made;
    }
};

bio_st* socket_bio::make_bio() noexcept {
    static const callbacks::method shared = callbacks::make();
    BIO* made = shared ? BIO_new(shared.get()) : nullptr;
    if (!made) return nullptr;
    BIO_set_data(made, this);
    BIO_set_init(made, 1);
    return made;
}

}  // namespace toolrack::http
