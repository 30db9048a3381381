#include "stdio/line_splitter.hpp"

#include <utility>

namespace toolrack::stdio {

std::optional<line_splitter::line> line_splitter::next() {
    for (;;) {
        const auto end = bytes_.find('\n', searched_);
        if (end == std::string::npos) {
            searched_ = bytes_.size();
            if (bytes_.size() > max_length_) {
                is_skipping_ = true;
                bytes_.clear();
                searched_ = 0;
            }
            return std::nullopt;
        }
        line found{bytes_.substr(0, end), is_skipping_ || end > max_length_};
        bytes_.erase(0, end + 1);
        searched_ = 0;
        is_skipping_ = false;
        if (found.is_too_long) return line{{}, true};
        if (!found.text.empty() && found.text.back() == '\r') found.text.pop_back();
        if (found.text.find_first_not_of(" \t") != std::string::npos) return found;
    }
}

}  // namespace toolrack::stdio
