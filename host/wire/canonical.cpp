#include "wire/canonical.hpp"

#include <algorithm>
#include <vector>

namespace toolrack::wire {

void write_canonical(std::string& out, const json::value& value) {
    if (value.is_object()) {
        std::vector<json::value> members;
        for (const auto& member : value) members.push_back(member);
        std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
        out += '{';
        for (const auto& member : members) {
            json::write_string(out, member.key());
            out += ':';
            write_canonical(out, member);
            out += ',';
        }
        out += '}';
    } else if (value.is_array()) {
        out += '[';
        for (const auto& element : value) {
            write_canonical(out, element);
            out += ',';
        }
        out += ']';
    } else if (value.is_string()) {
        json::write_string(out, value.str());
    } else {
        out += value.text();
    }
}

}  // namespace toolrack::wire
