// An HTTP client that uses blocking system calls. Sends requests byte for byte and waits at most ten seconds for an
// answer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "config/config.hpp"

namespace toolrack::test {

struct response {
    unsigned status = 0;
    std::string head;
    std::string body;

    bool head_contains(std::string_view text) const { return head.find(text) != std::string::npos; }
};

inline descriptor connect_to(const config::address& to, int receive_buffer = 0) {
    const bool is_unix = to.kind == config::address::kind::unix_socket;
    descriptor made(::socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval timeout{10, 0};
    setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (receive_buffer > 0) setsockopt(made.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);

    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    sockaddr_in remote{};
    remote.sin_family = AF_INET;
    remote.sin_port = htons(to.port);
    const sockaddr* name = reinterpret_cast<const sockaddr*>(&remote);
    socklen_t size = sizeof remote;
    if (is_unix) {
        std::memcpy(local.sun_path, to.path.data(), to.path.size());
        name = reinterpret_cast<const sockaddr*>(&local);
        size = sizeof local;
    } else {
        inet_pton(AF_INET, to.host == "0.0.0.0" ? "127.0.0.1" : to.host.c_str(), &remote.sin_addr);
    }
    if (connect(made.get(), name, size) != 0) throw std::runtime_error("cannot connect");
    return made;
}

// Closes with a TCP reset.
inline void reset_connection(descriptor& connected) {
    const linger now{1, 0};
    setsockopt(connected.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    connected.reset();
}

// Reads responses. `Client` derives from it and has send() and receive().
template <typename Client>
class response_reader {
public:
    std::string read_until(std::string_view mark) {
        std::size_t at;
        while ((at = received_.find(mark)) == std::string::npos) {
            if (!receive_more()) throw std::runtime_error("ended before \"" + std::string(mark) + "\": " + received_);
        }
        return take(at + mark.size());
    }
    std::string read_exactly(std::size_t bytes) {
        while (received_.size() < bytes) {
            if (!receive_more()) throw std::runtime_error("ended early: " + received_);
        }
        return take(bytes);
    }
    std::string read_to_end() {
        while (receive_more()) {
        }
        return take(received_.size());
    }
    bool is_at_end() { return received_.empty() && !receive_more(); }

    // One response with a Content-Length, or without a body.
    response read_response() {
        response got;
        got.head = read_until("\r\n\r\n");
        got.status = static_cast<unsigned>(std::stoul(got.head.substr(9, 3)));
        constexpr std::string_view name = "Content-Length: ";
        if (const auto at = got.head.find(name); at != std::string::npos) {
            got.body = read_exactly(std::stoul(got.head.substr(at + name.size())));
        }
        return got;
    }
    response request(std::string_view text) {
        self().send(text);
        return read_response();
    }

    // The next event of a chunked stream, without the "event: message" and "data: " that every message has. Empty at
    // the end of the stream.
    std::string read_event() {
        const auto size = std::stoul(read_until("\r\n"), nullptr, 16);
        auto chunk = read_exactly(size + 2);
        if (size == 0) return {};
        constexpr std::string_view before = "event: message\n";
        if (!chunk.starts_with(before)) return chunk;
        constexpr std::string_view data = "data: ";
        const auto start = before.size() + (chunk.find(data) == before.size() ? data.size() : 0);
        return chunk.substr(start, chunk.size() - start - 4);
    }

private:
    Client& self() { return static_cast<Client&>(*this); }

    bool receive_more() {
        char part[16384];
        errno = 0;
        const auto bytes = self().receive(part, sizeof part);
        if (bytes < 0 && errno == EAGAIN) throw std::runtime_error("timed out after: " + received_);
        if (bytes > 0) received_.append(part, static_cast<std::size_t>(bytes));
        return bytes > 0;
    }
    std::string take(std::size_t bytes) {
        auto taken = received_.substr(0, bytes);
        received_.erase(0, bytes);
        return taken;
    }

    std::string received_;
};

class blocking_client : public response_reader<blocking_client> {
public:
    explicit blocking_client(const config::address& to, int receive_buffer = 0)
        : socket_(connect_to(to, receive_buffer)) {}

    // False when the server has closed the connection.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    long receive(char* into, std::size_t most) { return recv(socket_.get(), into, most, 0); }

    void end_sending() { shutdown(socket_.get(), SHUT_WR); }
    void close() { socket_.reset(); }
    void reset_connection() { test::reset_connection(socket_); }

private:
    descriptor socket_;
};

}  // namespace toolrack::test
