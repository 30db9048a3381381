// Tools that report a changed list to every subscriber. The lists do not change, so that the suite can
// compare them.
#include "features.hpp"

namespace fixture {

using namespace toolrack;

void offer_trigger_tools(setup& s) {
    s.tool("test_trigger_tool_change",
           "Listen diagnostic (SEP-2575): publishes a tools/list_changed event onto the handler bus",
           object({}),
           [changes = s.changes()](call&) {
               changes.list_changed("tool");
               return text("tools_list_changed published");
           });
    s.tool("test_trigger_prompt_change",
           "Listen diagnostic (SEP-2575): publishes a prompts/list_changed event onto the handler bus",
           object({}),
           [changes = s.changes()](call&) {
               changes.list_changed("prompt");
               return text("prompts_list_changed published");
           });
}

}  // namespace fixture
