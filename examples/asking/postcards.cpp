// Postcards: tools that need something from the person, the model or the machine of whoever calls.
//
// A tool that asks ends there. When the client has answered it runs again from the top, with the
// answer in responses() and with what it wanted to keep in state(). Nothing is remembered in
// between.
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

using namespace toolrack;

namespace {

// What a person did with a form or a page; nothing yet in the first round. They may say no.
std::optional<json::value> accepted(const call& c, std::string_view key) {
    const auto answer = c.responses().find(key);
    if (answer && answer->at("action").str() != "accept")
        throw tool_error("The user would rather not.");
    return answer;
}

// A form, then the client's own model: two rounds, and a state to carry the form into the second.
result write_postcard(call& c) {
    if (const auto written = c.responses().find("words")) {
        const json::value content = written->at("content");
        const std::string words = (content.is_array() ? content.at(0) : content).at("text").str();
        return text("From " + c.state().at("place").str() + ":\n" + words);
    }
    if (const auto trip = accepted(c, "trip")) {
        const json::value form = trip->at("content");
        const std::string place = form.at("place").str(), weather = form.at("weather").str();
        return sample("words",
                      "Write a postcard of two sentences to " + c.args().at("to").str() + " from " +
                          place + ", where the weather is " + weather + ".",
                      200)
            .with_state(json::object({{"place", place}}));
    }
    return elicit("trip",
                  "Where are you?",
                  object({{"place", string("The town").min(1)},
                          {"weather", enum_({"fine", "mixed", "awful"}).default_value("fine")}}));
}

// A page to visit, for what must not pass through the client. That the user went there is no proof:
// a real post office would look up whether the order was paid.
result buy_stamp(call& c, std::atomic<int>& orders) {
    if (accepted(c, "payment"))
        return text("Order " + c.state().at("order").str() + " is sent once it is paid.");
    const std::string order = c.args().at("country").str() + '-' + std::to_string(++orders);
    return elicit_url("payment", "Please pay for the stamp.", "https://post.example/pay/" + order)
        .with_state(json::object({{"order", order}}));
}

// The folders that the client works in.
result find_album(call& c) {
    const auto folders = c.responses().find("folders");
    if (!folders) return roots("folders");
    std::string found;
    for (const json::value& root : folders->at("roots")) {
        const std::string uri = root.at("uri").str();
        found += uri + (uri.ends_with('/') ? "" : "/") + "postcards\n";
    }
    return text(found.empty() ? "There is no folder to put an album into." : found);
}

}  // namespace

TOOLRACK_PLUGIN("org.example.postcards", "1.0.0")(setup& s) {
    s.tool("write_postcard",
           "Writes a postcard from where the user is.",
           object({{"to", string("Whom it is for")}}),
           write_postcard);
    s.tool("buy_stamp",
           "Buys a stamp, which the user pays for on the post office's own page.",
           object({{"country", string("Two letters").pattern("^[a-z]{2}$")}}),
           [orders = std::make_shared<std::atomic<int>>(100)](call& c) {
               return buy_stamp(c, *orders);
           });
    s.tool("find_album", "Says where an album of postcards could be.", object({}), find_album)
        .read_only();
}
