// A tool that sleeps, reports progress, and ends early when it is cancelled; and a tool that returns
// the status of a sleep.
#include <algorithm>
#include <chrono>
#include <memory>

#include "call_timers.hpp"
#include "features.hpp"
#include "sleep_statuses.hpp"

namespace fixture {

using namespace toolrack;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds one_step{100};

struct sleeper {
    call_timers& timers;
    std::shared_ptr<sleep_statuses> statuses;
    sleep_statuses::entry entry;
    milliseconds how_long;
    call_timers::clock::time_point since = call_timers::clock::now();
    milliseconds slept{0};

    void sleep(call c) {
        if (slept == how_long) {
            statuses->end(entry, "completed");
            c.finish(text("slept " + std::to_string(how_long.count())));
            return;
        }
        const milliseconds step = std::min(one_step, how_long - slept);
        timers.schedule(std::move(c), since + slept + step, [me = *this, step](call woken) mutable {
            me.wake(std::move(woken), step);
        });
    }

    void wake(call c, milliseconds step) {
        if (c.cancelled()) {
            statuses->end(entry, "cancelled");
            c.finish(text("cancelled"));  // a cancelled call is answered, too
            return;
        }
        slept += step;
        if (step == one_step)
            c.progress(static_cast<double>(slept / one_step), static_cast<double>(how_long / one_step));
        sleep(std::move(c));
    }
};

}  // namespace

void offer_sleeping_tools(setup& s, call_timers& timers) {
    const auto statuses = std::make_shared<sleep_statuses>();
    s.tool("test_sleep",
           "Sleeps, reporting progress every 100 ms",
           object({{"ms", integer("How long, in milliseconds").min(0).max(600'000)},
                   {"id", string("A name to ask test_sleep_status for")}}),
           [&timers, statuses](call c) {
               const milliseconds how_long(c.args().at("ms").i64());
               const auto entry = statuses->begin(c.args().at("id").str());
               sleeper{.timers = timers, .statuses = statuses, .entry = entry, .how_long = how_long}.sleep(
                   std::move(c));
           });
    s.tool("test_sleep_status",
           "Tells how the test_sleep with this id ended: unknown, running, completed or cancelled",
           object({{"id", string("The name given to test_sleep")}}),
           [statuses](call& c) { return text(statuses->status(c.args().at("id").str())); });
}

}  // namespace fixture
