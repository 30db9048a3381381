// What the connections of one listener share on one I/O thread: the settings, lent memory, and the
// list of who is there.
//
// Every function runs on that thread. Connections keep their thread context alive; the thread, the handler,
// the log and the TLS must outlive all of them.
#pragma once

#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>

#include "base/descriptor.hpp"
#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "http/answers.hpp"
#include "http/buffers.hpp"
#include "http/connection_limiter.hpp"
#include "http/handler.hpp"
#include "http/refusal_log.hpp"
#include "http/tls/tls.hpp"

namespace toolrack::http {

class connection;

using listed =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class thread_context : public std::enable_shared_from_this<thread_context> {
public:
    thread_context(io_thread& on,
         const config::http_limits& within,
         const handler& handle,
         log& log,
         const tls* secured = nullptr);
    ~thread_context();
    thread_context(const thread_context&) = delete;
    thread_context& operator=(const thread_context&) = delete;

    // Serves a connected socket from now on.
    void take(descriptor connected, peer who, connection_limiter::place place);
    void enlist(connection& newcomer);

    // Idle connections end within a second, busy ones after the answer they are at.
    void drain();
    bool is_draining() const noexcept { return is_draining_; }

    executor get_executor() { return thread_.get_executor(); }
    toolrack::deadlines& deadlines() { return thread_.deadlines(); }

    const config::http_limits limits;
    const handler& handle;
    toolrack::log& log;
    const tls* const secured;  // null: clear text is spoken here
    refusal_log refusals;
    http::answers answers;
    buffers lender;
    std::string scratch;  // for text that is written before anything else can run

private:
    class everybody;

    io_thread& thread_;
    std::unique_ptr<everybody> present_;
    bool is_draining_ = false;
};

}  // namespace toolrack::http
