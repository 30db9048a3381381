#include "http/tls/tls_wire.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace toolrack::http {
namespace {

bool goes_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

struct tls_wire::calls {
    using method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

    static tls_wire& of(BIO* bio) { return *static_cast<tls_wire*>(BIO_get_data(bio)); }

    static int receive(BIO* bio, char* into, std::size_t size, std::size_t* got) {
        auto& wire = of(bio);
        *got = 0;
        BIO_clear_retry_flags(bio);
        if (wire.received_ >= most_per_turn) {
            BIO_set_retry_read(bio);
            return 0;
        }
        const auto bytes = ::recv(wire.socket_, into, size, 0);
        if (bytes < 0 && goes_later(errno)) BIO_set_retry_read(bio);
        if (bytes == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        if (bytes <= 0) return 0;
        *got = static_cast<std::size_t>(bytes);
        wire.received_ += *got;
        return 1;
    }

    static int send(BIO* bio, const char* from, std::size_t size, std::size_t* sent) {
        *sent = 0;
        BIO_clear_retry_flags(bio);
        const auto bytes = ::send(of(bio).socket_, from, size, MSG_NOSIGNAL);
        if (bytes < 0 && goes_later(errno)) BIO_set_retry_write(bio);
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
        method made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "toolrack socket"),
                    &BIO_meth_free);
        if (!made) return made;
        BIO_meth_set_read_ex(made.get(), receive);
        BIO_meth_set_write_ex(made.get(), send);
        BIO_meth_set_ctrl(made.get(), control);
        return made;
    }
};

bio_st* tls_wire::make_bio() noexcept {
    static const calls::method shared = calls::make();
    BIO* made = shared ? BIO_new(shared.get()) : nullptr;
    if (!made) return nullptr;
    BIO_set_data(made, this);
    BIO_set_init(made, 1);
    return made;
}

}  // namespace toolrack::http
