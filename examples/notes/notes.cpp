// A notebook in memory: tools write notes, resources read them, a prompt passes a note to the model,
// and clients can subscribe to a note.
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toolrack/plugin.hpp>

using namespace toolrack;

namespace {

// Many threads use it concurrently.
class notebook {
public:
    void write(const std::string& title, const std::string& words) {
        const std::lock_guard lock(mutex_);
        if (notes_.size() == most_notes && !notes_.contains(title))
            throw tool_error("The notebook is full. Remove a note first.");
        notes_[title] = words;
    }
    bool remove(const std::string& title) {
        const std::lock_guard lock(mutex_);
        return notes_.erase(title) != 0;
    }
    std::optional<std::string> find(const std::string& title) const {
        const std::lock_guard lock(mutex_);
        const auto found = notes_.find(title);
        return found == notes_.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<std::string> titles(std::string_view beginning = {}) const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> all;
        for (const auto& [title, words] : notes_)
            if (title.starts_with(beginning)) all.push_back(title);
        return all;
    }

private:
    static constexpr std::size_t most_notes = 1000;

    mutable std::mutex mutex_;
    std::map<std::string, std::string> notes_;
};

constexpr const char* index_uri = "notes://index";

std::string uri_of(const std::string& title) { return "notes://note/" + title; }

}  // namespace

TOOLRACK_PLUGIN("org.example.notes", "1.0.0")(setup& s) {
    const auto notes = std::make_shared<notebook>();  // one for each instance
    const schema title = string("Lower case, digits and dashes").pattern("^[a-z0-9-]{1,40}$");
    const auto report_change = [changes = s.changes()](const std::string& name) {
        changes.resource_updated(uri_of(name));
        changes.resource_updated(index_uri);
    };

    s.tool("write_note",
           "Writes or replaces a note.",
           object({{"title", title}, {"words", string("The text of the note").max(10'000)}}),
           [=](call& c) {
               const std::string name = c.args().at("title").str();
               notes->write(name, c.args().at("words").str());
               report_change(name);
               return resource_link(uri_of(name), name, "text/plain");
           })
        .idempotent()
        .open_world(false);

    s.tool("remove_note", "Removes a note.", object({{"title", title}}), [=](call& c) {
         const std::string name = c.args().at("title").str();
         if (!notes->remove(name)) throw tool_error("There is no note \"" + name + "\".");
         report_change(name);
         return text("\"" + name + "\" was removed.");
     }).destructive();

    s.resource(index_uri, "index", "application/json", [=](call& c) {
         return resource_text(c.name(), json::array(notes->titles()).str(), "application/json");
     }).description("The titles of all notes");

    const auto complete_title = [=](call&, std::string_view, std::string_view typed) { return notes->titles(typed); };
    s.template_("notes://note/{title}",
                "note",
                "text/plain",
                [=](call& c) {
                    const auto words = notes->find(std::string(c.variable("title")));
                    if (!words) throw resource_not_found(c.name());
                    return resource_text(c.name(), *words);
                })
        .description("One note")
        .complete(complete_title);

    s.prompt("shorten_note", "Shortens a note.", {{"title", "Which note"}}, [=](call& c) {
         const std::string name = c.args().at("title").str();
         const auto words = notes->find(name);
         if (!words) throw error(code::invalid_params, "There is no note \"" + name + "\".");
         return user(embedded_text(uri_of(name), *words)).also(user("Summarize this note in at most ten words."));
     }).complete(complete_title);

    // A plugin that polls for changes would do so only while a resource is watched.
    s.on_watch([log = s.log](std::string_view, bool on) {
        log(severity::info, on ? "a note is watched" : "the note is no longer watched");
    });
}
