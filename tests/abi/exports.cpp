// A plugin with code that libraries export by default: templates, inline statics, exceptions, a class
// with a vtable, and symbols with default visibility.
#include <map>
#include <sstream>
#include <string>

#include <toolrack/plugin.hpp>

__attribute__((visibility("default"))) int not_hidden = 1;

struct __attribute__((visibility("default"))) shape {
    virtual ~shape() = default;
    virtual int corners() const { return not_hidden; }
};

template <class Key>
std::map<Key, shape>& shapes() {
    static std::map<Key, shape> all;  // GNU_UNIQUE by default
    return all;
}

TOOLRACK_PLUGIN("org.example.exports", "1.0.0")(toolrack::setup& s) {
    s.tool("count", "Counts.", toolrack::object({}), [](toolrack::call& c) {
        std::ostringstream out;
        out << shapes<std::string>()[c.args().at("what").str()].corners();
        if (out.str().empty()) throw toolrack::tool_error("no");
        return toolrack::text(out.str());
    });
}
