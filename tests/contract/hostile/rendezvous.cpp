// A valid plugin whose calls wait for each other or for a further call, so that a test controls their
// order without sleeping. It also has features that it lists on request, and a resource that changes.
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
    std::uint64_t waiting = 0;  // calls of "meet"
    std::uint64_t allowed = 0;  // steps that "go_on" has allowed
    std::uint64_t taken = 0;    // steps that "work" has taken
    std::string_view end;       // the outcome; empty before the end
};

// Jobs by name. Every test uses new names, so jobs are never removed.
class job_table {
public:
    template <class Change>
    job change(const std::string& name, Change how) {
        const std::lock_guard lock(mutex_);
        job& which = jobs_[name];
        how(which);
        changed_.notify_all();
        return which;
    }

    // False if the call was cancelled before the condition became true.
    template <class Condition>
    bool wait_until(call& c, const std::string& name, Condition is_true) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, c.stop_token(), [&] { return is_true(jobs_[name]); });
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, job> jobs_;
};

constexpr std::uint64_t last_step = 3;

result end(job_table& jobs, const std::string& name, std::string_view how) {
    jobs.change(name, [how](job& which) { which.end = how; });
    return text(how);
}

// After each step it waits for "go_on".
result work(call& c, job_table& jobs) {
    const std::string name = c.args().at("job").str();
    const auto hangs_up = c.args().find("hangs_up");
    for (std::uint64_t step = 1; step <= last_step; ++step) {
        c.progress(static_cast<double>(step), last_step);
        if (step == 1 && hangs_up && hangs_up->boolean()) c.notify("toolrack/poll", json::object());
        jobs.change(name, [](job& which) { ++which.taken; });
        if (!jobs.wait_until(c, name, [step](const job& which) { return which.allowed >= step; }))
            return end(jobs, name, "cancelled");
    }
    return end(jobs, name, "done");
}

// Answers when the job has taken the step or has ended.
result go_on(call& c, job_table& jobs) {
    const std::string name = c.args().at("job").str();
    const auto allowed = jobs.change(name, [](job& which) { ++which.allowed; }).allowed;
    jobs.wait_until(c, name, [allowed](const job& which) { return which.taken > allowed || !which.end.empty(); });
    return text("gone on");
}

result outcome(call& c, job_table& jobs) {
    const std::string name = c.args().at("job").str();
    std::string how;
    jobs.wait_until(c, name, [&how](const job& which) {
        how = which.end;
        return !how.empty();
    });
    return text(how);
}

result meet(call& c, job_table& jobs) {
    const std::string name = c.args().at("job").str();
    const std::uint64_t count = c.args().at("count").u64();
    jobs.change(name, [](job& which) { ++which.waiting; });
    const bool met = jobs.wait_until(c, name, [count](const job& which) { return which.waiting >= count; });
    return text(met ? "met" : "cancelled");
}

class note {
public:
    void write(std::string text) {
        const std::lock_guard lock(mutex_);
        text_ = std::move(text);
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

// Whether the hidden features are listed.
struct visibility {
    std::atomic<bool> is_visible = false;
};

constexpr std::string_view hidden = "hidden", hidden_uri = "rendezvous://hidden", note_uri = "rendezvous://note";

void offer_work(setup& s) {
    const auto jobs = std::make_shared<job_table>();
    const property of_job = {"job", string("A name that no other job has")};
    s.tool("work", "Works in three steps.", object({of_job, {"hangs_up", optional(boolean())}}), [jobs](call& c) {
        return work(c, *jobs);
    });
    s.tool("go_on", "Allows the next step of a job.", object({of_job}), [jobs](call& c) { return go_on(c, *jobs); });
    s.tool("outcome", "Waits for the end of a job and returns its outcome.", object({of_job}), [jobs](call& c) {
        return outcome(c, *jobs);
    });
    s.tool("meet",
           "Waits until the given number of calls have arrived.",
           object({of_job, {"count", integer().min(1)}}),
           [jobs](call& c) { return meet(c, *jobs); });
}

void offer_changes(setup& s) {
    const auto hidden_features = std::make_shared<visibility>();
    s.keep(hidden_features);
    s.tool("reveal",
           "Lists or hides the hidden features.",
           object({{"kind", string()}, {"yes", boolean()}}),
           [hidden_features, changes = s.changes()](call& c) {
               hidden_features->is_visible = c.args().at("yes").boolean();
               changes.list_changed(c.args().at("kind").str());
               return text("reported");
           });
    s.tool(hidden, "Is listed now and then.", object({}), [](call&) { return text("found"); });
    s.prompt(hidden, "Is listed now and then.", {}, [](call&) { return user("found"); });
    s.resource(hidden_uri, hidden, "text/plain", [](call& c) { return resource_text(c.name(), "found"); });

    const auto pinned = std::make_shared<note>();
    s.resource(note_uri, "note", "text/plain", [pinned](call& c) { return resource_text(c.name(), pinned->text()); });
    s.tool("pin", "Writes the note.", object({{"words", string()}}), [pinned, changes = s.changes()](call& c) {
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
    s.tool("miscount", "Answers with output that does not match its schema.", object({}), [](call&) {
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

// The list() of the SDK without the hidden features.
bool list(toolrack_instance* self,
          void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str),
          void* context) noexcept {
    const auto& hidden_features = *static_cast<const visibility*>(self->offered.kept.front().get());
    for (const feature& each : self->offered.features) {
        if ((each.name() == hidden || each.name() == hidden_uri) && !hidden_features.is_visible) continue;
        emit(context,
             detail::str(name_of(each.which())),
             detail::str(each.definition().str()),
             detail::str(each.attributes().str()));
    }
    return true;
}

constexpr toolrack_features features = {sizeof features, list, detail::start, detail::cancel, detail::watch};

const void* get_extension(toolrack_instance* self, const char* id) noexcept {
    return std::string_view(id) == TOOLRACK_EXT_FEATURES ? &features : detail::get_extension(self, id);
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

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
