// Prompts without input requests.
#include "features.hpp"

namespace fixture {

using namespace toolrack;

void offer_prompts(setup& s) {
    s.prompt("test_simple_prompt",
             "A simple prompt without arguments",
             {},
             [](call&) { return user("This is a simple prompt for testing."); })
        .title("Simple Test Prompt")
        .quick();
    s.prompt("test_prompt_with_arguments",
             "A prompt with required arguments",
             {{"arg1", "First test argument"}, {"arg2", "Second test argument"}},
             [](call& c) {
                 return user("Prompt with arguments: arg1='" + c.args().at("arg1").str() + "', arg2='" +
                             c.args().at("arg2").str() + "'");
             })
        .title("Prompt With Arguments");
    s.prompt("test_prompt_with_embedded_resource",
             "A prompt that includes an embedded resource",
             {{"resourceUri", "URI of the resource to embed"}},
             [](call& c) {
                 return user(embedded_text(c.args().at("resourceUri").str(), "Embedded resource content for testing."))
                     .also(user("Please process the embedded resource above."));
             })
        .title("Prompt With Embedded Resource");
    s.prompt("test_prompt_with_image", "A prompt that includes image content", {}, [](call&) {
         return user(image(png, "image/png")).also(user("Please analyze the image above."));
     }).title("Prompt With Image");
}

}  // namespace fixture
