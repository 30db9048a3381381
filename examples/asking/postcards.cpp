// Postcards: tools that request input from the user, the model or the file system of the client.
//
// An input request ends the call. When the client has answered, the handler runs again with the
// answers in responses() and the state of the last round in state(). The plugin stores nothing in
// between.
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

using namespace toolrack;

namespace {

// The user's answer to a form or a page; none in the first round. The user may decline.
std::optional<json::value> accepted(const call& c, std::string_view key) {
    const auto answer = c.responses().find(key);
    if (answer && answer->at("action").str() != "accept") throw tool_error("The user declined.");
    return answer;
}

// A form, then a request to the client's model. The state carries the form to the second round.
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
                      "Write a postcard of two sentences to " + c.args().at("to").str() + " from " + place +
                          ", where the weather is " + weather + ".",
                      200)
            .with_state(json::object({{"place", place}}));
    }
    return elicit("trip",
                  "Where are you?",
                  object({{"place", string("The town").min(1)},
                          {"weather", enum_({"fine", "mixed", "awful"}).default_value("fine")}}));
}

// A page to visit, for data that must not pass through the client. The answer does not prove a
// payment: a real post office would check whether the order is paid.
result buy_stamp(call& c, std::atomic<int>& orders) {
    if (accepted(c, "payment")) return text("Order " + c.state().at("order").str() + " is sent once it is paid.");
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
    return text(found.empty() ? "There is no folder for an album." : found);
}

}  // namespace

TOOLRACK_PLUGIN("org.example.postcards", "1.0.0")(setup& s) {
    s.tool("write_postcard",
           "Writes a postcard from where the user is.",
           object({{"to", string("The recipient")}}),
           write_postcard);
    s.tool("buy_stamp",
           "Buys a stamp, which the user pays for on the post office's web page.",
           object({{"country", string("Two letters").pattern("^[a-z]{2}$")}}),
           [orders = std::make_shared<std::atomic<int>>(100)](call& c) { return buy_stamp(c, *orders); });
    s.tool("find_album", "Returns possible folders for an album of postcards.", object({}), find_album).read_only();
}
