#include "plugin/worker_outbox.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/descriptor.hpp"
#include "catch.hpp"

using toolrack::descriptor;
using toolrack::plugin::worker_outbox;
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
    // All that comes while the outbox goes on.
    std::string drain(worker_outbox& outbox) {
        std::string all;
        for (;;) {
            const auto more = read();
            if (more.empty() && !outbox.is_stuck()) return all;
            all += more;
            outbox.go_on();
        }
    }
    descriptor host, worker;
};

const std::string huge(3 << 20, 'h');

}  // namespace

TEST_CASE("what is said is written at once while the worker reads") {
    line to;
    worker_outbox outbox;
    outbox.open(to.host.get());
    CHECK(outbox.begin(1, "one "));
    CHECK(outbox.add("and more"));
    CHECK(to.read() == "one and more");
    CHECK_FALSE(outbox.is_stuck());
    CHECK(outbox.waiting().empty());
}

TEST_CASE("what begins a call waits for a worker, and nothing else does") {
    worker_outbox outbox;
    CHECK(outbox.begin(1, "one "));
    outbox.add("cancel ");
    CHECK(outbox.begin(2, "two "));
    CHECK(outbox.waiting() == calls{1, 2});
    line to;
    outbox.open(to.host.get());
    CHECK(to.read() == "one two ");
    CHECK(outbox.waiting().empty());
}

TEST_CASE("a worker that does not read fills its outbox up to a bound, and nobody waits for it") {
    line to;
    worker_outbox outbox;
    outbox.open(to.host.get());
    std::uint64_t taken = 0;
    while (outbox.begin(taken + 1, huge)) ++taken;
    CHECK(taken >= 2);
    CHECK(taken <= 4);
    CHECK(outbox.is_stuck());
    CHECK(outbox.add("cancel"));  // what ends calls still goes
    CHECK(to.drain(outbox).size() == taken * huge.size() + 6);
    CHECK(outbox.begin(9, "again"));
}

TEST_CASE("a call of which a part was written is lost with its worker, and the next ones are not") {
    line to, next;
    worker_outbox outbox;
    outbox.open(to.host.get());
    CHECK(outbox.begin(1, huge));
    CHECK(outbox.begin(2, "two"));
    outbox.add("cancel");
    CHECK(outbox.waiting() == calls{2});
    outbox.shut();
    CHECK(outbox.waiting() == calls{2});
    outbox.open(next.host.get());
    CHECK(next.read() == "two");
}

TEST_CASE("a worker that is gone takes nothing, and what was for it waits for the next one") {
    line to, next;
    worker_outbox outbox;
    outbox.open(to.host.get());
    to.worker.reset();
    CHECK(outbox.begin(1, "one"));  // and no SIGPIPE
    CHECK(outbox.waiting() == calls{1});
    outbox.shut();
    outbox.open(next.host.get());
    CHECK(next.read() == "one");
}

TEST_CASE("a call can be withdrawn until a part of it was written") {
    line to;
    worker_outbox outbox;
    CHECK(outbox.begin(1, huge));
    CHECK(outbox.begin(2, "two "));
    CHECK(outbox.begin(3, "three"));
    outbox.open(to.host.get());
    CHECK_FALSE(outbox.withdraw(1));
    CHECK(outbox.withdraw(2));
    CHECK_FALSE(outbox.withdraw(2));
    CHECK_FALSE(outbox.withdraw(7));
    CHECK(to.drain(outbox) == huge + "three");
}

TEST_CASE("all that waits can be forgotten, and makes room") {
    worker_outbox outbox;
    std::uint64_t taken = 0;
    while (outbox.begin(taken + 1, huge)) ++taken;
    CHECK(outbox.forget_all().size() == taken);
    CHECK(outbox.waiting().empty());
    CHECK(outbox.begin(1, huge));
}
