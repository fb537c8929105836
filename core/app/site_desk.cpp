// SPDX-License-Identifier: Apache-2.0
#include "core/app/site_desk.hpp"

#include <string>
#include <utility>

#include "core/app/plugin_pages.hpp"

namespace amibroker::app {

using control::Family;
using control::Json;

void SiteDesk::ask(Heard heard) {
  next_.push_back(std::move(heard));
  if (!collects_) begin();
}

void SiteDesk::begin() {
  collects_ = true;
  const auto known = std::make_shared<Known>();
  PluginPages::Hears hears;
  hears.first = [known](const std::string& plugin, Json& answer) {
    answer["plugin"] = plugin;
    known->plugins.push_back(std::move(answer));
  };
  hears.item = [known](const std::string& plugin, Json& site) {
    if (known->sites.size() >= most_sites) return;
    site["plugin"] = plugin;
    known->sites.push_back(std::move(site));
  };
  hears.failure = [known](const std::string& plugin, const std::string& text) {
    known->failures.push_back({{"plugin", plugin}, {"text", text}});
  };
  hears.end = [self = shared_from_this(), known, all = std::exchange(next_, {})] {
    known->at = self->loop_.now();
    self->last_ = known;
    for (const Heard& heard : all) heard(known);
    self->collects_ = false;
    if (!self->next_.empty()) self->begin();
  };
  std::make_shared<PluginPages>(plugins_, loop_, share_, "cluster", std::move(hears))->begin();
}

const SiteDesk::Known* SiteDesk::last() {
  wanted_until_ = loop_.now() + patience;
  if (!follows_) {
    last_.reset();  // of a question long ago
    follow();
  }
  return last_.get();
}

void SiteDesk::follow() {
  follows_ = loop_.now() < wanted_until_;
  if (!follows_) return last_.reset();
  if (!collects_) begin();
  loop_.after(pace, [desk = weak_from_this()] {
    if (const auto self = desk.lock()) self->follow();
  });
}

// --- Figures --------------------------------------------------------------------------------------------------

namespace {

/// One figure that each site has for each plugin; one whose value is not known is left out.
struct SiteFigure {
  std::string_view name;
  Family::Type type;
  std::string_view help;
  const char* key;
  double factor;
};

constexpr SiteFigure site_figures[] = {
    {"amibroker_cluster_site_heard_seconds", Family::Type::gauge, "Since the site was last heard.", "heard_seconds", 1},
    {"amibroker_cluster_site_round_trip_seconds", Family::Type::gauge, "From a question to the site's answer.",
     "round_trip_ms", 1e-3},
    {"amibroker_cluster_site_clock_ahead_seconds", Family::Type::gauge,
     "By how much the site's clock seems to be ahead of ours, less the way.", "clock_ahead_ms", 1e-3},
    {"amibroker_cluster_site_gaps_total", Family::Type::counter, "Times that messages of the site were missing.",
     "gaps", 1},
    {"amibroker_cluster_site_names", Family::Type::gauge, "Names that the site brought.", "names", 1},
};

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

control::Sample sample_of(const Json& site, double value) {
  return {{{"site", text_in(site, "site")}, {"plugin", text_in(site, "plugin")}}, value};
}

}  // namespace

void collect_sites(const SiteDesk::Known* known, std::vector<Family>& families) {
  if (known == nullptr) return;
  Family up{"amibroker_cluster_site_up", Family::Type::gauge,
            "Whether the site is there and is taken in: 1; or is lost, or has other options: 0."};
  for (const Json& site : known->sites)
    up.samples.push_back(sample_of(site, text_in(site, "state") == "there" ? 1.0 : 0.0));
  families.push_back(std::move(up));
  for (const SiteFigure& figure : site_figures) {
    Family family{figure.name, figure.type, figure.help};
    for (const Json& site : known->sites)
      if (const auto value = site.find(figure.key); value != site.end() && value->is_number())
        family.samples.push_back(sample_of(site, value->get<double>() * figure.factor));
    families.push_back(std::move(family));
  }
}

}  // namespace amibroker::app
