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

struct line {
    line() {
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
    // All that comes while the write queue goes on.
    std::string drain(worker_write_queue& write_queue) {
        std::string all;
        for (;;) {
            const auto more = read();
            if (more.empty() && !write_queue.is_stuck()) return all;
            all += more;
            write_queue.go_on();
        }
    }
    descriptor host, worker;
};

const std::string huge(3 << 20, 'h');

}  // namespace

TEST_CASE("what is said is written at once while the worker reads") {
    line to;
    worker_write_queue write_queue;
    write_queue.open(to.host.get());
    CHECK(write_queue.begin(1, "one "));
    CHECK(write_queue.add("and more"));
    CHECK(to.read() == "one and more");
    CHECK_FALSE(write_queue.is_stuck());
    CHECK(write_queue.waiting().empty());
}

TEST_CASE("what begins a call waits for a worker, and nothing else does") {
    worker_write_queue write_queue;
    CHECK(write_queue.begin(1, "one "));
    write_queue.add("cancel ");
    CHECK(write_queue.begin(2, "two "));
    CHECK(write_queue.waiting() == calls{1, 2});
    line to;
    write_queue.open(to.host.get());
    CHECK(to.read() == "one two ");
    CHECK(write_queue.waiting().empty());
}

TEST_CASE("a worker that does not read fills its write_queue up to a bound, and nobody waits for it") {
    line to;
    worker_write_queue write_queue;
    write_queue.open(to.host.get());
    std::uint64_t taken = 0;
    while (write_queue.begin(taken + 1, huge)) ++taken;
    CHECK(taken >= 2);
    CHECK(taken <= 4);
    CHECK(write_queue.is_stuck());
    CHECK(write_queue.add("cancel"));  // what ends calls still goes
    CHECK(to.drain(write_queue).size() == taken * huge.size() + 6);
    CHECK(write_queue.begin(9, "again"));
}

TEST_CASE("a call of which a part was written is lost with its worker, and the next ones are not") {
    line to, next;
    worker_write_queue write_queue;
    write_queue.open(to.host.get());
    CHECK(write_queue.begin(1, huge));
    CHECK(write_queue.begin(2, "two"));
    write_queue.add("cancel");
    CHECK(write_queue.waiting() == calls{2});
    write_queue.shut();
    CHECK(write_queue.waiting() == calls{2});
    write_queue.open(next.host.get());
    CHECK(next.read() == "two");
}

TEST_CASE("a worker that is gone takes nothing, and what was for it waits for the next one") {
    line to, next;
    worker_write_queue write_queue;
    write_queue.open(to.host.get());
    to.worker.reset();
    CHECK(write_queue.begin(1, "one"));  // and no SIGPIPE
    CHECK(write_queue.waiting() == calls{1});
    write_queue.shut();
    write_queue.open(next.host.get());
    CHECK(next.read() == "one");
}

TEST_CASE("a call can be withdrawn until a part of it was written") {
    line to;
    worker_write_queue write_queue;
    CHECK(write_queue.begin(1, huge));
    CHECK(write_queue.begin(2, "two "));
    CHECK(write_queue.begin(3, "three"));
    write_queue.open(to.host.get());
    CHECK_FALSE(write_queue.withdraw(1));
    CHECK(write_queue.withdraw(2));
    CHECK_FALSE(write_queue.withdraw(2));
    CHECK_FALSE(write_queue.withdraw(7));
    CHECK(to.drain(write_queue) == huge + "three");
}

TEST_CASE("all that waits can be forgotten, and makes room") {
    worker_write_queue write_queue;
    std::uint64_t taken = 0;
    while (write_queue.begin(taken + 1, huge)) ++taken;
    CHECK(write_queue.forget_all().size() == taken);
    CHECK(write_queue.waiting().empty());
    CHECK(write_queue.begin(1, huge));
}
