#include "http/thread_context.hpp"

#include <utility>

#include "http/connection.hpp"

namespace toolrack::http {

class thread_context::connection_list : public boost::intrusive::list<connection,
                                                                      boost::intrusive::base_hook<connection_list_hook>,
                                                                      boost::intrusive::constant_time_size<false>> {};

thread_context::thread_context(io_thread& thread,
                               const config::http_limits& given_limits,
                               const handler& given_handler,
                               toolrack::log& to,
                               const tls_context* given_tls)
    : limits(given_limits), handle(given_handler), log(to), tls(given_tls), rejections(to), thread_(thread),
      connections_(std::make_unique<connection_list>()) {}

thread_context::~thread_context() = default;

void thread_context::start_connection(descriptor connected, peer from, connection_limiter::slot slot) {
    auto created =
        std::make_shared<connection>(shared_from_this(), std::move(connected), std::move(from), std::move(slot));
    asio::co_spawn(get_executor(), connection::run(std::move(created)), asio::detached);
}

void thread_context::add(connection& created) { connections_->push_back(created); }

void thread_context::drain() {
    is_draining_ = true;
    for (auto& each : *connections_) each.drain();
}

}  // namespace toolrack::http
