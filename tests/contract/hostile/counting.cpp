// Counts and logs every call, so that a test can prove that a refused request reached no handler.
#include <atomic>
#include <memory>
#include <string>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.counting",
                "1.0.0",
                R"({"kinds":["tools","prompts","resources"],"options":{"type":"object"}})")
(toolrack::setup& s) {
    using namespace toolrack;
    const auto reached = std::make_shared<std::atomic<int>>(0);
    const auto count = [reached, log = s.log](call& c) {
        const auto times = std::to_string(++*reached);
        log(severity::info, "reached by " + std::string(c.name()) + ", call number " + times);
        return times;
    };
    s.tool("count", "Counts.", object({}), [count](call& c) { return text(count(c)); });
    s.tool("count_quickly", "Counts on the calling thread.", object({}), [count](call& c) {
         return text(count(c));
     }).quick();
    s.prompt("count", "Counts.", {}, [count](call& c) { return user(count(c)); });
    s.resource("count://it", "Counts", "text/plain", [count](call& c) { return resource_text(c.name(), count(c)); });
}
