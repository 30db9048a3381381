// State that the handler keeps with a connection from one request to the next. The handler derives its own type;
// exchange::connection_data() gives access to it.
#pragma once

namespace toolrack::http {

class connection_data {
public:
    virtual ~connection_data() = default;
};

}  // namespace toolrack::http
