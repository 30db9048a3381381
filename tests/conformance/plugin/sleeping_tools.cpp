// A tool that sleeps, reports how long it has, and can be woken by cancelling; and one that tells
// how another's sleep ended, whoever asks.
#include <algorithm>
#include <chrono>
#include <memory>

#include "offers.hpp"
#include "sleep_ledger.hpp"
#include "waiting_room.hpp"

namespace fixture {

using namespace toolrack;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds one_step{100};

struct sleeper {
    waiting_room& room;
    std::shared_ptr<sleep_ledger> ledger;
    sleep_ledger::entry entry;
    milliseconds how_long;
    waiting_room::clock::time_point since = waiting_room::clock::now();
    milliseconds slept{0};

    void sleep(call c) {
        if (slept == how_long) {
            ledger->end(entry, "completed");
            c.finish(text("slept " + std::to_string(how_long.count())));
            return;
        }
        const milliseconds step = std::min(one_step, how_long - slept);
        room.stay(std::move(c), since + slept + step, [me = *this, step](call woken) mutable {
            me.wake(std::move(woken), step);
        });
    }

    void wake(call c, milliseconds step) {
        if (c.cancelled()) {
            ledger->end(entry, "cancelled");
            c.finish(text("cancelled"));  // owed, though nobody hears it
            return;
        }
        slept += step;
        if (step == one_step)
            c.progress(static_cast<double>(slept / one_step),
                       static_cast<double>(how_long / one_step));
        sleep(std::move(c));
    }
};

}  // namespace

void offer_sleeping_tools(setup& s, waiting_room& room) {
    const auto ledger = std::make_shared<sleep_ledger>();
    s.tool("test_sleep",
           "Sleeps, reporting progress every 100 ms",
           object({{"ms", integer("How long, in milliseconds").min(0).max(600'000)},
                   {"id", string("A name to ask test_sleep_status for")}}),
           [&room, ledger](call c) {
               const milliseconds how_long(c.args().at("ms").i64());
               const auto entry = ledger->begin(c.args().at("id").str());
               sleeper{.room = room, .ledger = ledger, .entry = entry, .how_long = how_long}.sleep(
                   std::move(c));
           });
    s.tool("test_sleep_status",
           "Tells how the test_sleep with this id ended: unknown, running, completed or cancelled",
           object({{"id", string("The name given to test_sleep")}}),
           [ledger](call& c) { return text(ledger->status(c.args().at("id").str())); });
}

}  // namespace fixture
