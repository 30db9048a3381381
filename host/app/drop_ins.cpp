#include "app/drop_ins.hpp"

#include <system_error>
#include <utility>

namespace toolrack::app {

bool drop_ins::have_changed(const folders& in) {
    auto now = look_at(in);
    const bool has_rested = now == seen_;
    seen_ = std::move(now);
    if (!has_rested || seen_ == known_) return false;
    known_ = seen_;
    return true;
}

drop_ins::marks drop_ins::look_at(const folders& in) {
    namespace fs = std::filesystem;
    marks found;
    for (const auto& folder : in) {
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
            const auto kind = entry->path().extension();
            std::error_code ignored;
            if (kind == ".so" || kind == ".toml")
                found.emplace(entry->path(), mark_of(fs::weakly_canonical(entry->path(), ignored)));
        }
    }
    return found;
}

}  // namespace toolrack::app
