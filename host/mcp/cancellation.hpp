// Calls back when the client cancels a request: a modern client by closing the connection, a legacy one with
// notifications/cancelled. Runs on the thread of the request, and not after this is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/asio.hpp"
#include "mcp/request_context.hpp"

namespace toolrack::mcp {

class cancellation {
public:
    cancellation(const request_context& request, std::function<void()> on_cancelled)
        : request_(request), on_cancelled_(std::make_shared<std::function<void()>>(std::move(on_cancelled))) {
        auto& outlet = request.response.outlet();
        if (request.from.session) {
            request.from.session->add_call(request.message.id,
                                           [thread = outlet.get_executor(), weak = std::weak_ptr(on_cancelled_)] {
                                               asio::post(thread, [weak] {
                                                   if (const auto run = weak.lock()) (*run)();
                                               });
                                           });
        } else if (request.is_modern()) {
            outlet.on_closed(*on_cancelled_);
        }
    }
    ~cancellation() {
        if (request_.from.session) request_.from.session->remove_call(request_.message.id);
        else if (request_.is_modern()) request_.response.outlet().on_closed(nullptr);
    }
    cancellation(const cancellation&) = delete;
    cancellation& operator=(const cancellation&) = delete;

private:
    const request_context& request_;
    const std::shared_ptr<std::function<void()>> on_cancelled_;
};

}  // namespace toolrack::mcp
