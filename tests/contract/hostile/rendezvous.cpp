// A plugin that behaves, and whose calls wait: for one another, or until they are told to go on.
// Whoever tests with it says what happens first, and sleeps for nothing. It has, too, what it lists
// only once it was told to, and a note that changes.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

struct job {
    std::uint64_t waiting = 0;  // calls that came to meet the others
    std::uint64_t told = 0;     // how often it was told to go on
    std::uint64_t taken = 0;    // steps
    std::string_view end;       // empty while it is being worked on
};

// Jobs by name. A name is new for each test, so none is ever used again.
class workshop {
public:
    template <class Change>
    job change(const std::string& name, Change how) {
        const std::lock_guard lock(mutex_);
        job& which = jobs_[name];
        how(which);
        changed_.notify_all();
        return which;
    }

    // False when the call was cancelled before it was so.
    template <class Claim>
    bool wait_until(call& c, const std::string& name, Claim is_so) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, c.stop_token(), [&] { return is_so(jobs_[name]); });
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, job> jobs_;
};

constexpr std::uint64_t last_step = 3;

result end(workshop& shop, const std::string& name, std::string_view how) {
    shop.change(name, [how](job& which) { which.end = how; });
    return text(how);
}

// After each step it waits to be told to go on.
result work(call& c, workshop& shop) {
    const std::string name = c.args().at("job").str();
    const auto hangs_up = c.args().find("hangs_up");
    for (std::uint64_t step = 1; step <= last_step; ++step) {
        c.progress(static_cast<double>(step), last_step);
        if (step == 1 && hangs_up && hangs_up->boolean()) c.notify("toolrack/poll", json::object());
        shop.change(name, [](job& which) { ++which.taken; });
        if (!shop.wait_until(c, name, [step](const job& which) { return which.told >= step; }))
            return end(shop, name, "cancelled");
    }
    return end(shop, name, "done");
}

// Answers when what the job does next is done.
result go_on(call& c, workshop& shop) {
    const std::string name = c.args().at("job").str();
    const auto told = shop.change(name, [](job& which) { ++which.told; }).told;
    shop.wait_until(
        c, name, [told](const job& which) { return which.taken > told || !which.end.empty(); });
    return text("told");
}

result tell_outcome(call& c, workshop& shop) {
    const std::string name = c.args().at("job").str();
    std::string how;
    shop.wait_until(c, name, [&how](const job& which) {
        how = which.end;
        return !how.empty();
    });
    return text(how);
}

result meet(call& c, workshop& shop) {
    const std::string name = c.args().at("job").str();
    const std::uint64_t count = c.args().at("count").u64();
    shop.change(name, [](job& which) { ++which.waiting; });
    const bool met =
        shop.wait_until(c, name, [count](const job& which) { return which.waiting >= count; });
    return text(met ? "met" : "cancelled");
}

class note {
public:
    void write(std::string words) {
        const std::lock_guard lock(mutex_);
        words_ = std::move(words);
    }
    std::string words() const {
        const std::lock_guard lock(mutex_);
        return words_;
    }

private:
    mutable std::mutex mutex_;
    std::string words_;
};

// What is behind it is listed only while it is drawn back.
struct curtain {
    std::atomic<bool> is_drawn_back = false;
};

constexpr std::string_view hidden = "hidden", hidden_uri = "rendezvous://hidden",
                           note_uri = "rendezvous://note";

void offer_work(setup& s) {
    const auto shop = std::make_shared<workshop>();
    const property of_job = {"job", string("A name that no other job has")};
    s.tool("work",
           "Works in three steps.",
           object({of_job, {"hangs_up", optional(boolean())}}),
           [shop](call& c) { return work(c, *shop); });
    s.tool("go_on", "Lets a job take its next step.", object({of_job}), [shop](call& c) {
        return go_on(c, *shop);
    });
    s.tool("outcome",
           "Waits for the end of a job, and tells it.",
           object({of_job}),
           [shop](call& c) { return tell_outcome(c, *shop); });
    s.tool("meet",
           "Waits until so many calls are here.",
           object({of_job, {"count", integer().min(1)}}),
           [shop](call& c) { return meet(c, *shop); });
}

void offer_changes(setup& s) {
    const auto behind = std::make_shared<curtain>();
    s.keep(behind);
    s.tool("reveal",
           "Lists what is hidden, or hides it.",
           object({{"kind", string()}, {"yes", boolean()}}),
           [behind, changes = s.changes()](call& c) {
               behind->is_drawn_back = c.args().at("yes").boolean();
               changes.list_changed(c.args().at("kind").str());
               return text("said");
           });
    s.tool(hidden, "Is listed now and then.", object({}), [](call&) { return text("found"); });
    s.prompt(hidden, "Is listed now and then.", {}, [](call&) { return user("found"); });
    s.resource(
        hidden_uri, hidden, "text/plain", [](call& c) { return resource_text(c.name(), "found"); });

    const auto pinned = std::make_shared<note>();
    s.resource(note_uri, "note", "text/plain", [pinned](call& c) {
        return resource_text(c.name(), pinned->words());
    });
    s.tool("pin",
           "Writes the note.",
           object({{"words", string()}}),
           [pinned, changes = s.changes()](call& c) {
               pinned->write(c.args().at("words").str());
               changes.resource_updated(note_uri);
               return text("pinned");
           });
}

void offer_answers(setup& s) {
    const schema counted = object({{"letters", integer().min(0)}});
    s.tool("count", "Counts letters.", object({{"word", string()}}), [](call& c) {
         return structured(json::object({{"letters", c.args().at("word").str().size()}}));
     }).output(counted);
    s.tool("miscount", "Counts, and answers with what it did not promise.", object({}), [](call&) {
         return structured(json::object({{"letters", "a few"}}));
     }).output(counted);
    s.prompt("postcard", "Asks for a postcard.", {{"city"}}, [](call& c) {
         return user("Write a postcard from " + c.args().at("city").str() + '.');
     }).complete([](call&, std::string_view, std::string_view typed) {
        std::vector<std::string> fit;
        for (const char* city : {"Bergen", "Berlin", "Bern", "Paris"})
            if (std::string_view(city).starts_with(typed)) fit.emplace_back(city);
        return fit;
    });
}

void set_up(setup& s) {
    offer_changes(s);
    offer_work(s);
    offer_answers(s);
}

// As the SDK lists, but for what is hidden.
bool list(toolrack_instance* self,
          void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str),
          void* context) noexcept {
    const auto& behind = *static_cast<const curtain*>(self->offered.kept.front().get());
    for (const feature& each : self->offered.features) {
        if ((each.name() == hidden || each.name() == hidden_uri) && !behind.is_drawn_back) continue;
        emit(context,
             detail::str(name_of(each.which())),
             detail::str(each.definition().str()),
             detail::str(each.attributes().str()));
    }
    return true;
}

constexpr toolrack_features features = {
    sizeof features, list, detail::start, detail::cancel, detail::watch};

const void* get_extension(toolrack_instance* self, const char* id) noexcept {
    return std::string_view(id) == TOOLRACK_EXT_FEATURES ? &features
                                                         : detail::get_extension(self, id);
}

constexpr toolrack_plugin as_the_sdk = detail::plugin<&set_up>("org.example.rendezvous", "1.0.0");
constexpr toolrack_plugin plugin = {sizeof plugin,
                                    as_the_sdk.abi_minor,
                                    as_the_sdk.id,
                                    as_the_sdk.version,
                                    as_the_sdk.description,
                                    as_the_sdk.create,
                                    as_the_sdk.destroy,
                                    get_extension};

}  // namespace

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) {
    return &plugin;
}
