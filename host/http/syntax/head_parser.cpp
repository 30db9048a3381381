#include "http/syntax/head_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

#include "base/text.hpp"
#include "http/syntax/authority.hpp"
#include "http/syntax/field_rules.hpp"

namespace toolrack::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;
using beast_view = boost::beast::string_view;  // std or Boost, depending on Beast's build

constexpr std::size_t max_fields = 100;
constexpr std::size_t max_target = 8000;  // the minimum that RFC 9112, section 3, recommends

class parser final : public beast_http::basic_parser<true> {
public:
    explicit parser(head& into) : head_(into) {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // head_scanner checks it
        body_limit(boost::none);                                  // exchange::body() checks it
    }

    std::optional<rejection> parse(std::string_view bytes) {
        error_code failed;
        put(boost::asio::const_buffer(bytes.data(), bytes.size()), failed);
        if (rejected_) return std::move(rejected_);
        if (failed) return rejection_for(failed);
        return check_all();
    }

private:
    rejection rejection_for(error_code failed) const {
        using beast_http::error;
        if (failed == error::bad_version) return reject(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
        if (failed == error::bad_method) return reject(400, "The request method is malformed.");
        if (failed == error::bad_target) return reject(400, "The request target is malformed.");
        if (failed == error::bad_transfer_encoding ||
            (failed == error::bad_content_length && head_.find(singleton_field::transfer_encoding))) {
            return reject(400, "The request has Transfer-Encoding twice, or together with Content-Length.");
        }
        if (failed == error::bad_content_length || failed == error::multiple_content_length) {
            return bad_content_length();
        }
        return reject(400, "The request head is malformed.");
    }

    void stop(rejection why, error_code& failed) {
        rejected_ = std::move(why);
        failed = beast_http::error::bad_field;
    }

    void
    on_request_impl(beast_http::verb, beast_view method, beast_view target, int version, error_code& failed) override {
        head_.method = method;
        head_.target = target;
        head_.is_http_1_0 = version == 10;
        if (target.size() > max_target) return stop(target_too_long(), failed);
        const auto is_allowed = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
        if (!std::ranges::all_of(target, is_allowed)) {
            return stop(reject(400, "The request target contains a character that is not allowed in a URL."), failed);
        }
        // The absolute form is split once the Host field is known.
        if (target.front() == '/') split(head_.target);
    }

    void on_field_impl(beast_http::field, beast_view name, beast_view value, error_code& failed) override {
        if (head_.fields.size() == max_fields) {
            return stop(reject(431, "The request has more than 100 header fields."), failed);
        }
        if (auto no = add_field(head_, name, value)) stop(std::move(*no), failed);
    }

    std::optional<rejection> check_all() {
        head_.keep_alive = keep_alive();
        if (auto no = check_framing(head_)) return no;
        return check_host();
    }

    std::optional<rejection> check_host() {
        const auto host = head_.find(singleton_field::host);
        if (!host) return reject(400, "The request has no Host field.");
        if (!parse_authority(*host)) return reject(400, "The Host field is not a host name with an optional port.");
        if (head_.target.front() == '/') return std::nullopt;
        return check_absolute_form(*host);
    }

    // "GET http://host/path" is meant for proxies, but every server must accept it (RFC 9112, 3.2.2).
    std::optional<rejection> check_absolute_form(std::string_view host) {
        auto rest = head_.target;
        const auto scheme_end = rest.find("://");
        const auto scheme = rest.substr(0, scheme_end);
        if (scheme_end == std::string_view::npos ||
            !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"))) {
            return reject(400, "The request target must be a path.");
        }
        rest.remove_prefix(scheme_end + 3);
        const auto path = rest.find_first_of("/?");
        if (!equals_ignoring_case(rest.substr(0, path), host)) {
            return reject(400, "The request target names another host than the Host field.");
        }
        split(path == std::string_view::npos ? std::string_view("/") : rest.substr(path));
        return std::nullopt;
    }

    // An empty path, as in "http://host?query", means the root (RFC 9110, 4.2.3).
    void split(std::string_view path_and_query) {
        const auto question = path_and_query.find('?');
        head_.path = question == 0 ? std::string_view("/") : path_and_query.substr(0, question);
        if (question != std::string_view::npos) head_.query = path_and_query.substr(question + 1);
    }

    // Beast stops after the head, so of these it calls only on_finish_impl.
    void on_response_impl(int, beast_view, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(beast_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    head& head_;
    std::optional<rejection> rejected_;
};

}  // namespace

std::optional<rejection> parse_head(std::string_view bytes, head& into) {
    auto fields = std::move(into.fields);
    fields.clear();
    into = head{};
    into.fields = std::move(fields);
    return parser(into).parse(bytes);
}

}  // namespace toolrack::http
