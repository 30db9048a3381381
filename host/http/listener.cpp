#include "http/listener.hpp"

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "http/thread_context.hpp"
#include "http/acceptor.hpp"
#include "http/listening.hpp"

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

// Then whatever else the first thread has to do gets its turn.
constexpr int most_in_a_row = 64;
constexpr auto pause_when_short = 100ms;

int family_of(const config::address& address) {
    if (address.kind == config::address::kind::unix_socket) return AF_UNIX;
    return address.host.find(':') == std::string::npos ? AF_INET : AF_INET6;
}

const tls* for_address(const config::address& address, const tls* secured) {
    return address.kind == config::address::kind::tcp ? secured : nullptr;
}

wire_text spoken_on(const config::address& address, const tls* secured) {
    if (for_address(address, secured)) return wire_text::sealed;
    if (address.kind == config::address::kind::unix_socket || address.is_loopback())
        return wire_text::clear_and_local;
    return wire_text::clear;
}

// With TLS nobody comes in clear text, and what allow_cleartext says has no effect.
sources sources_of(const config::server& settings, const tls* secured) {
    return {settings.http.proxies, secured ? std::vector<std::string>() : settings.allow_cleartext};
}

}  // namespace

// Everything that runs on the first I/O thread once the listener has started, kept by what runs
// there.
class listener::state : public std::enable_shared_from_this<state> {
public:
    state(listening bound,
          const config::server& settings,
          std::shared_ptr<connection_limiter> inside,
          std::span<const std::unique_ptr<io_thread>> threads,
          const handler& handle,
          toolrack::log& to,
          const tls* secured)
        : address(bound.address), is_handed_over_(bound.is_handed_over), connection_limiter_(std::move(inside)),
          log_(to),
          acceptor_(connection_limiter_, networks(settings.allow_cleartext), sources_of(settings, secured),
                spoken_on(address, secured), to),
          socket_(threads.front()->get_executor()), pause_(threads.front()->get_executor()) {
        file_.emplace(bound);
        error_code failed;
        socket_.assign(
            asio::generic::stream_protocol(family_of(address), 0), bound.socket.get(), failed);
        if (failed)
            throw failure("Cannot wait on " + to_string(address) + ": " + failed.message() + ".",
                          exit_code::unavailable);
        bound.socket.release();
        for (const auto& thread : threads) {
            desks_.push_back(std::make_shared<thread_context>(
                *thread, settings.http, handle, to, for_address(address, secured)));
        }
    }

    void start() {
        asio::co_spawn(
            socket_.get_executor(),
            [self = shared_from_this()] { return self->accept_all(); },
            asio::detached);
    }

    void stop_accepting() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
    }

    void drain() {
        stop_accepting();
        for (const auto& each : desks_) {
            asio::post(each->get_executor(), [each] { each->drain(); });
        }
    }

    std::size_t present() const { return connection_limiter_->size(); }
    answers::counts answered() const {
        answers::counts all{};
        for (const auto& each : desks_) each->answers.add_to(all);
        return all;
    }
    bool is_closed() const { return is_closed_; }

    const config::address address;

private:
    awaitable<void> accept_all() {
        while (socket_.is_open()) {
            const auto [failed] = co_await socket_.async_wait(socket_.wait_read, as_values);
            if (failed) co_return;
            if (!let_in(most_in_a_row)) co_await rest();
        }
    }

    // False when the machine is short of something and waiting is all that helps.
    bool let_in(int most) {
        std::optional<accepted_connection> newcomer;
        for (int i = 0; i < most; ++i) {
            switch (acceptor_.open(socket_.native_handle(), newcomer)) {
            case accept_result::came_in: seat(std::move(*newcomer)); break;
            case accept_result::was_turned_away: break;
            case accept_result::nobody: return true;
            case accept_result::try_later: return false;
            }
        }
        return true;
    }

    void seat(accepted_connection newcomer) {
        const auto& at = desks_[next_++ % desks_.size()];
        asio::dispatch(at->get_executor(), [at, newcomer = std::move(newcomer)]() mutable {
            at->take(
                std::move(newcomer.socket), std::move(newcomer.who), std::move(newcomer.place));
        });
    }

    awaitable<void> rest() {
        const auto now = std::chrono::steady_clock::now();
        if (now - warned_ > 10s) {
            warned_ = now;
            log_.warning("Out of file descriptors or memory: connections to {} have to wait.",
                         to_string(address));
        }
        pause_.expires_after(pause_when_short);
        co_await pause_.async_wait(as_values);
    }

    // Whoever has been waiting in the kernel's queue is still let in: closing would reset them. Not
    // so when the queue is not ours: our successor finds them there, and has more time for them.
    void close() {
        if (!socket_.is_open()) return;
        if (!is_handed_over_) (void)let_in(SOMAXCONN);
        error_code ignored;
        socket_.close(ignored);
        pause_.cancel();
        file_.reset();
        is_closed_ = true;
    }

    const bool is_handed_over_;
    std::shared_ptr<connection_limiter> connection_limiter_;
    toolrack::log& log_;
    acceptor acceptor_;
    asio::basic_socket_acceptor<asio::generic::stream_protocol, executor> socket_;
    timer pause_;
    std::optional<socket_file> file_;
    std::vector<std::shared_ptr<thread_context>> desks_;
    std::size_t next_ = 0;
    std::chrono::steady_clock::time_point warned_;
    std::atomic<bool> is_closed_ = false;
};

listener::listener(listening bound,
                   const config::server& settings,
                   std::shared_ptr<connection_limiter> inside,
                   std::span<const std::unique_ptr<io_thread>> threads,
                   const handler& handle,
                   log& log,
                   const tls* secured)
    : state_(std::make_shared<state>(
          std::move(bound), settings, std::move(inside), threads, handle, log, secured)) {}

listener::~listener() {
    state_->stop_accepting();
}

const config::address& listener::address() const {
    return state_->address;
}
void listener::start() {
    state_->start();
}
void listener::drain() {
    state_->drain();
}
bool listener::is_drained() const {
    return state_->is_closed() && state_->present() == 0;
}
std::size_t listener::open_connections() const {
    return state_->present();
}
answers::counts listener::answered() const {
    return state_->answered();
}

}  // namespace toolrack::http
