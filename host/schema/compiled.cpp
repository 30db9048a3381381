#include "schema/compiled.hpp"

#include "schema/evaluation.hpp"
#include "schema/node.hpp"

#include <stdexcept>
#include <utility>

namespace toolrack::schema {

std::string defect::text() const { return pointer.empty() ? sentence : pointer + ": " + sentence; }

std::string fault::sentence(std::string_view root) const {
    auto where = std::string(root) + (root.empty() && !pointer.empty() ? pointer.substr(1) : pointer);
    return where.empty() ? what : std::move(where) + ": " + what;
}

compiled::compiled(std::unique_ptr<const program> made) : program_(std::move(made)) {}
compiled::compiled(compiled&&) noexcept = default;
compiled& compiled::operator=(compiled&&) noexcept = default;
compiled::~compiled() = default;

std::vector<fault> compiled::check(const boost::json::value& instance) const {
    std::vector<fault> faults;
    try {
        if (evaluation(*program_, nullptr).fits(instance)) return faults;
    } catch (const too_expensive& no) {
        faults.push_back({"", no.what});
        return faults;
    }
    try {
        evaluation(*program_, &faults).fits(instance);
    } catch (const too_expensive&) {
        // Finding the words costs more than finding the fault; those found so far will do.
    }
    if (faults.empty()) faults.push_back({"", "expected a value that fits its schema"});
    return faults;
}

void throw_exception_from_error(const defect& why, const boost::source_location&) {
    throw std::runtime_error(why.text());
}

}  // namespace toolrack::schema
