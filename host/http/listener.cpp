#include "http/listener.hpp"

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "http/acceptor.hpp"
#include "http/thread_context.hpp"

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

// Other work of the first thread runs after this many accepts.
constexpr int max_accepts_in_a_row = 64;
constexpr auto pause_when_out_of_resources = 100ms;

int family_of(const config::address& address) {
    if (address.kind == config::address::kind::unix_socket) return AF_UNIX;
    return address.host.find(':') == std::string::npos ? AF_INET : AF_INET6;
}

const tls_context* tls_of(const config::address& address, const tls_context* tls) {
    return address.kind == config::address::kind::tcp ? tls : nullptr;
}

transport_security security_of(const config::address& address, const tls_context* tls) {
    if (tls_of(address, tls)) return transport_security::tls;
    if (address.kind == config::address::kind::unix_socket || address.is_loopback())
        return transport_security::local_clear_text;
    return transport_security::clear_text;
}

// With TLS, allow_cleartext has no effect.
source_rules source_rules_of(const config::server& settings, const tls_context* tls) {
    return {settings.http.proxies, tls ? std::vector<std::string>() : settings.allow_cleartext};
}

}  // namespace

// Runs on the first I/O thread after start(). The pending operations there share ownership.
class listener::state : public std::enable_shared_from_this<state> {
public:
    state(listening_socket bound,
          const config::server& settings,
          std::shared_ptr<connection_limiter> limiter,
          std::span<const std::unique_ptr<io_thread>> threads,
          const handler& handle,
          toolrack::log& to,
          const tls_context* tls)
        : address(bound.address), is_inherited_(bound.is_inherited), limiter_(std::move(limiter)), log_(to),
          acceptor_(limiter_,
                    cleartext_networks(settings.allow_cleartext),
                    source_rules_of(settings, tls),
                    security_of(address, tls),
                    to),
          socket_(threads.front()->get_executor()), pause_(threads.front()->get_executor()) {
        file_.emplace(bound);
        error_code failed;
        socket_.assign(asio::generic::stream_protocol(family_of(address), 0), bound.socket.get(), failed);
        if (failed)
            throw failure("Cannot wait for connections on " + to_string(address) + ": " + failed.message() + ".",
                          exit_code::unavailable);
        bound.socket.release();
        for (const auto& thread : threads) {
            contexts_.push_back(
                std::make_shared<thread_context>(*thread, settings.http, handle, to, tls_of(address, tls)));
        }
    }

    void start() {
        asio::co_spawn(
            socket_.get_executor(), [self = shared_from_this()] { return self->accept_all(); }, asio::detached);
    }

    void stop_accepting() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
    }

    void drain() {
        stop_accepting();
        for (const auto& each : contexts_) {
            asio::post(each->get_executor(), [each] { each->drain(); });
        }
    }

    std::size_t open_connections() const { return limiter_->count(); }
    response_counters::counts response_counts() const {
        response_counters::counts sum{};
        for (const auto& each : contexts_) each->responses.add_to(sum);
        return sum;
    }
    bool is_closed() const { return is_closed_; }

    const config::address address;

private:
    awaitable<void> accept_all() {
        while (socket_.is_open()) {
            const auto [failed] = co_await socket_.async_wait(socket_.wait_read, as_values);
            if (failed) co_return;
            if (!accept_pending(max_accepts_in_a_row)) co_await pause();
        }
    }

    // False when the process is out of descriptors or memory.
    bool accept_pending(int max) {
        std::optional<accepted_connection> accepted;
        for (int i = 0; i < max; ++i) {
            switch (acceptor_.accept(socket_.native_handle(), accepted)) {
            case accept_result::accepted: start_connection(std::move(*accepted)); break;
            case accept_result::rejected: break;
            case accept_result::none_pending: return true;
            case accept_result::out_of_resources: return false;
            }
        }
        return true;
    }

    void start_connection(accepted_connection accepted) {
        const auto& context = contexts_[next_++ % contexts_.size()];
        asio::dispatch(context->get_executor(), [context, accepted = std::move(accepted)]() mutable {
            context->start_connection(std::move(accepted.socket), std::move(accepted.peer), std::move(accepted.slot));
        });
    }

    awaitable<void> pause() {
        const auto now = std::chrono::steady_clock::now();
        if (now - warned_ > 10s) {
            warned_ = now;
            log_.warning("Out of file descriptors or memory: new connections to {} must wait.", to_string(address));
        }
        pause_.expires_after(pause_when_out_of_resources);
        co_await pause_.async_wait(as_values);
    }

    // Accepts what is queued in the kernel first: closing the socket would reset those connections. Not with an
    // inherited socket: the successor accepts its queue.
    void close() {
        if (!socket_.is_open()) return;
        if (!is_inherited_) (void)accept_pending(SOMAXCONN);
        error_code ignored;
        socket_.close(ignored);
        pause_.cancel();
        file_.reset();
        is_closed_ = true;
    }

    const bool is_inherited_;
    std::shared_ptr<connection_limiter> limiter_;
    toolrack::log& log_;
    acceptor acceptor_;
    asio::basic_socket_acceptor<asio::generic::stream_protocol, executor> socket_;
    timer pause_;
    std::optional<socket_file> file_;
    std::vector<std::shared_ptr<thread_context>> contexts_;
    std::size_t next_ = 0;
    std::chrono::steady_clock::time_point warned_;
    std::atomic<bool> is_closed_ = false;
};

listener::listener(listening_socket bound,
                   const config::server& settings,
                   std::shared_ptr<connection_limiter> limiter,
                   std::span<const std::unique_ptr<io_thread>> threads,
                   const handler& handle,
                   log& log,
                   const tls_context* tls)
    : state_(std::make_shared<state>(std::move(bound), settings, std::move(limiter), threads, handle, log, tls)) {}

listener::~listener() { state_->stop_accepting(); }

const config::address& listener::address() const { return state_->address; }
void listener::start() { state_->start(); }
void listener::drain() { state_->drain(); }
bool listener::is_drained() const { return state_->is_closed() && state_->open_connections() == 0; }
std::size_t listener::open_connections() const { return state_->open_connections(); }
response_counters::counts listener::response_counts() const { return state_->response_counts(); }

}  // namespace toolrack::http
