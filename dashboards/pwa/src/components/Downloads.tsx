import type { Model } from "../history/model";
import { DownloadLink } from "./DownloadLink";

interface DownloadsProps {
  model: Model;
}

const OFFERED = [
  ["preview.png", "Picture"],
  ["model.ldr", "LDraw"],
  ["model.txt", "Brick text"],
  ["report.json", "Report"],
] as const;

/** The files that came with the model; they lie in this browser, so no network is needed. */
export function Downloads({ model }: DownloadsProps) {
  const there = OFFERED.filter(([name]) => model.files[name]);
  if (there.length === 0) return null;
  return (
    <section aria-labelledby="downloads-title">
      <h3 id="downloads-title">Take it with you</h3>
      <div className="buttons">
        {there.map(([name, label]) => (
          <DownloadLink
            key={name}
            label={label}
            file={model.files[name]}
            name={name}
            caption={model.caption}
          />
        ))}
      </div>
    </section>
  );
}
