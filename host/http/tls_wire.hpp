// What stands between OpenSSL and a socket: a BIO that receives and sends without waiting.
//
// OpenSSL's own writes in a way that raises SIGPIPE, and Asio's copies everything through four
// buffers of 17 KB that an idle connection keeps. Here a byte goes straight from the socket to the
// record that is being read, so what is idle holds nothing.
#pragma once

struct bio_st;

namespace toolrack::http {

// A new BIO, to be given to an SSL, which then owns it. The socket stays the caller's and must
// outlive it. Null when there is no memory.
bio_st* tls_wire(int socket) noexcept;

}  // namespace toolrack::http
