#include "http/desk.hpp"

#include <utility>

#include "http/connection.hpp"

namespace toolrack::http {

class desk::everybody : public boost::intrusive::list<connection,
                                                      boost::intrusive::base_hook<listed>,
                                                      boost::intrusive::constant_time_size<false>> {
};

desk::desk(io_thread& on,
           const config::http_limits& within,
           const handler& answers,
           toolrack::log& to,
           const tls* by)
    : limits(within), handle(answers), log(to), secured(by), refusals(to), thread_(on),
      present_(std::make_unique<everybody>()) {}

desk::~desk() = default;

void desk::take(descriptor connected, peer who, crowd::place place) {
    auto made = std::make_shared<connection>(
        shared_from_this(), std::move(connected), std::move(who), std::move(place));
    asio::co_spawn(get_executor(), connection::live(std::move(made)), asio::detached);
}

void desk::enlist(connection& newcomer) {
    present_->push_back(newcomer);
}

void desk::drain() {
    is_draining_ = true;
    for (auto& each : *present_) each.drain();
}

}  // namespace toolrack::http
