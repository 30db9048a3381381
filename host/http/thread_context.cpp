#include "http/thread_context.hpp"

#include <utility>

#include "http/connection.hpp"

namespace toolrack::http {

class thread_context::everybody : public boost::intrusive::list<connection,
                                                      boost::intrusive::base_hook<listed>,
                                                      boost::intrusive::constant_time_size<false>> {
};

thread_context::thread_context(io_thread& on,
           const config::http_limits& within,
           const handler& answers,
           toolrack::log& to,
           const tls* by)
    : limits(within), handle(answers), log(to), secured(by), refusals(to), thread_(on),
      present_(std::make_unique<everybody>()) {}

thread_context::~thread_context() = default;

void thread_context::take(descriptor connected, peer who, connection_limiter::place place) {
    auto made = std::make_shared<connection>(
        shared_from_this(), std::move(connected), std::move(who), std::move(place));
    asio::co_spawn(get_executor(), connection::live(std::move(made)), asio::detached);
}

void thread_context::enlist(connection& newcomer) {
    present_->push_back(newcomer);
}

void thread_context::drain() {
    is_draining_ = true;
    for (auto& each : *present_) each.drain();
}

}  // namespace toolrack::http
