// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/noise.hpp"

namespace amibroker::bench {

namespace {

std::string channel_event(std::string_view name, std::string_view privilege, std::string_view system_name,
                          std::string_view tail) {
  std::string out = R"({"Event":")";
  out.append(name).append(R"(","Privilege":")").append(privilege).append(R"(,all","SystemName":")").append(system_name);
  out.append(R"(","Channel":"PJSIP/200-0000000a","ChannelState":"6","ChannelStateDesc":"Up",)"
             R"("CallerIDNum":"<unknown>","CallerIDName":"<unknown>","ConnectedLineNum":"<unknown>",)"
             R"("ConnectedLineName":"<unknown>","Language":"en","AccountCode":"","Context":"default","Exten":"100",)"
             R"("Priority":"1","Uniqueid":")");
  out.append(system_name).append(R"(-1795449916.10","Linkedid":")").append(system_name).append(R"(-1795449916.10")");
  out.append(tail).append("}");
  return out;
}

}  // namespace

std::vector<std::string> noise_events(std::string_view system_name) {
  const auto event = [&](std::string_view name, std::string_view privilege, std::string_view tail) {
    return channel_event(name, privilege, system_name, tail);
  };
  return {
      event("Newchannel", "call", ""),
      event("VarSet", "dialplan", R"(,"Variable":"DIALSTATUS","Value":"")"),
      event("Newexten", "dialplan", R"~(,"Extension":"s","Application":"AppDial2","AppData":"(Outgoing Line)")~"),
      event("VarSet", "dialplan", R"(,"Variable":"DIALEDPEERNUMBER","Value":"")"),
      event("Newstate", "call", ""),
      event("VarSet", "dialplan", R"(,"Variable":"SIPCALLID","Value":"cfed036f-2fc9-45de-a6b4-8cd8dbdfdd98")"),
      event("NewCallerid", "call", R"~(,"CID-CallingPres":"0 (Presentation Allowed, Not Screened)")~"),
      event("VarSet", "dialplan", R"(,"Variable":"DIALEDTIME","Value":"")"),
      event("NewConnectedLine", "call", ""),
      event("VarSet", "dialplan", R"(,"Variable":"BRIDGEPEER","Value":"PJSIP/100-0000000b")"),
      event("SoftHangupRequest", "call", R"(,"Cause":"16")"),
      event("VarSet", "dialplan", R"(,"Variable":"RTPAUDIOQOS","Value":"")"),
      event("Hangup", "call", R"(,"Cause":"0","Cause-txt":"Unknown")"),
  };
}

}  // namespace amibroker::bench
