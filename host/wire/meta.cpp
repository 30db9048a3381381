#include "wire/meta.hpp"

namespace toolrack::wire {

meta read_meta(const json::value& object) {
    meta read;
    if (!object.is_object()) return read;
    for (const auto& member : object) {
        if (member.key_is(meta::version_key)) read.version = member;
        else if (member.key_is(meta::client_info_key)) read.client_info = member;
        else if (member.key_is(meta::capabilities_key)) read.capabilities = member;
        else if (member.key_is(meta::log_level_key)) read.log_level = member;
        else if (member.key_is("progressToken")) read.progress_token = member;
        else if (member.key_is("traceparent")) read.traceparent = member;
    }
    return read;
}

}  // namespace toolrack::wire
