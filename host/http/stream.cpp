#include "http/stream.hpp"

namespace toolrack::http {

stream::stream(socket connected) : socket_(std::move(connected)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

void stream::end_sending() noexcept {
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
}

void stream::stop_waiting() noexcept {
    error_code ignored;
    socket_.cancel(ignored);
}

void stream::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace toolrack::http
