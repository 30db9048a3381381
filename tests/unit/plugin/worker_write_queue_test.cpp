#include "plugin/process/worker_write_queue.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/descriptor.hpp"
#include "catch.hpp"

using toolrack::descriptor;
using toolrack::plugin::worker_write_queue;
using calls = std::vector<std::uint64_t>;

namespace {

struct socket_fixture {
    socket_fixture() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
        host.reset(ends[0]);
        worker.reset(ends[1]);
    }
    std::string read() {
        std::string all(1 << 20, '\0');
        const auto got = ::recv(worker.get(), all.data(), all.size(), 0);
        all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return all;
    }
    // Reads until the queue is empty.
    std::string drain(worker_write_queue& queue) {
        std::string all;
        for (;;) {
            const auto more = read();
            if (more.empty() && !queue.has_unsent()) return all;
            all += more;
            queue.send_unsent();
        }
    }
    descriptor host, worker;
};

const std::string huge(3 << 20, 'h');

}  // namespace

TEST_CASE("frames are sent at once while the worker reads") {
    socket_fixture to;
    worker_write_queue queue;
    queue.attach(to.host.get());
    CHECK(queue.push_call(1, "one "));
    CHECK(queue.push("and more"));
    CHECK(to.read() == "one and more");
    CHECK_FALSE(queue.has_unsent());
    CHECK(queue.queued_calls().empty());
}

TEST_CASE("only frames that start a call wait for a worker") {
    worker_write_queue queue;
    CHECK(queue.push_call(1, "one "));
    queue.push("cancel ");
    CHECK(queue.push_call(2, "two "));
    CHECK(queue.queued_calls() == calls{1, 2});
    socket_fixture to;
    queue.attach(to.host.get());
    CHECK(to.read() == "one two ");
    CHECK(queue.queued_calls().empty());
}

TEST_CASE("the queue of a worker that does not read is bounded, and nothing blocks") {
    socket_fixture to;
    worker_write_queue queue;
    queue.attach(to.host.get());
    std::uint64_t taken = 0;
    while (queue.push_call(taken + 1, huge)) ++taken;
    CHECK(taken >= 2);
    CHECK(taken <= 4);
    CHECK(queue.has_unsent());
    CHECK(queue.push("cancel"));  // cancellations are still accepted
    CHECK(to.drain(queue).size() == taken * huge.size() + 6);
    CHECK(queue.push_call(9, "again"));
}

TEST_CASE("a partly sent call is lost with its worker, and the next ones are not") {
    socket_fixture to, next;
    worker_write_queue queue;
    queue.attach(to.host.get());
    CHECK(queue.push_call(1, huge));
    CHECK(queue.push_call(2, "two"));
    queue.push("cancel");
    CHECK(queue.queued_calls() == calls{2});
    queue.detach();
    CHECK(queue.queued_calls() == calls{2});
    queue.attach(next.host.get());
    CHECK(next.read() == "two");
}

TEST_CASE("frames for a closed socket wait for the next worker") {
    socket_fixture to, next;
    worker_write_queue queue;
    queue.attach(to.host.get());
    to.worker.reset();
    CHECK(queue.push_call(1, "one"));  // without SIGPIPE
    CHECK(queue.queued_calls() == calls{1});
    queue.detach();
    queue.attach(next.host.get());
    CHECK(next.read() == "one");
}

TEST_CASE("a call can be withdrawn until a part of it was sent") {
    socket_fixture to;
    worker_write_queue queue;
    CHECK(queue.push_call(1, huge));
    CHECK(queue.push_call(2, "two "));
    CHECK(queue.push_call(3, "three"));
    queue.attach(to.host.get());
    CHECK_FALSE(queue.withdraw(1));
    CHECK(queue.withdraw(2));
    CHECK_FALSE(queue.withdraw(2));
    CHECK_FALSE(queue.withdraw(7));
    CHECK(to.drain(queue) == huge + "three");
}

TEST_CASE("clear makes room") {
    worker_write_queue queue;
    std::uint64_t taken = 0;
    while (queue.push_call(taken + 1, huge)) ++taken;
    CHECK(queue.clear().size() == taken);
    CHECK(queue.queued_calls().empty());
    CHECK(queue.push_call(1, huge));
}
