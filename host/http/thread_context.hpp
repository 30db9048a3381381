// What the connections of one listener share on one I/O thread: settings, reusable buffers, counters, and the list of
// open connections.
//
// Every function runs on that thread. Connections share ownership. The thread, the handler, the log and the TLS context
// must outlive all of them.
#pragma once

#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>

#include "base/descriptor.hpp"
#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "http/buffer_pool.hpp"
#include "http/connection_limiter.hpp"
#include "http/handler.hpp"
#include "http/rejection_log.hpp"
#include "http/response_counters.hpp"
#include "http/tls/tls_context.hpp"

namespace toolrack::http {

class connection;

// Makes a connection an element of the list. It removes itself when destroyed.
using connection_list_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class thread_context : public std::enable_shared_from_this<thread_context> {
public:
    thread_context(io_thread& thread,
                   const config::http_limits& limits,
                   const handler& handle,
                   log& log,
                   const tls_context* tls = nullptr);
    ~thread_context();
    thread_context(const thread_context&) = delete;
    thread_context& operator=(const thread_context&) = delete;

    // Serves a connected socket.
    void start_connection(descriptor connected, peer from, connection_limiter::slot slot);
    void add(connection& created);

    // Closes idle connections within a second. Busy ones close after the current answer.
    void drain();
    bool is_draining() const noexcept { return is_draining_; }

    executor get_executor() { return thread_.get_executor(); }
    toolrack::deadlines& deadlines() { return thread_.deadlines(); }

    const config::http_limits limits;
    const handler& handle;
    toolrack::log& log;
    const tls_context* const tls;  // null for clear text
    rejection_log rejections;
    response_counters responses;
    buffer_pool buffers;
    std::string scratch;  // for text that is sent, or copied, before anything else runs on the thread

private:
    class connection_list;

    io_thread& thread_;
    std::unique_ptr<connection_list> connections_;
    bool is_draining_ = false;
};

}  // namespace toolrack::http
