import type { useStudio } from "../hooks/useStudio";
import { BuildingCard } from "./BuildingCard";
import { LineCard } from "./LineCard";
import { ModelCard } from "./ModelCard";
import { SignInCard } from "./SignInCard";
import { StartCard } from "./StartCard";
import { TroubleCard } from "./TroubleCard";

interface MainAreaProps {
  studio: ReturnType<typeof useStudio>;
}

/** The one thing in the middle: a model, the work on one, or what to do first. */
export function MainArea({ studio }: MainAreaProps) {
  const { work, origin, model, token } = studio;
  if (model) {
    return (
      <ModelCard
        model={model}
        steps={studio.steps}
        selected={studio.selected}
        byLoad={studio.byLoad}
        change={studio.change}
        onSelect={studio.select}
      />
    );
  }
  if (token.value === null) {
    return (
      <SignInCard
        refusal={token.refusal}
        waiting={"order" in work ? work.order.prompt : null}
        onToken={token.save}
      />
    );
  }
  switch (work.phase) {
    case "sending":
    case "queued":
      return (
        <LineCard
          prompt={work.order.prompt}
          change={origin?.change ?? ""}
          position={work.phase === "queued" ? work.position : null}
          sent={work.phase === "queued"}
          away={work.away}
        />
      );
    case "building":
    case "fetching":
      return (
        <BuildingCard
          caption={work.order.prompt}
          bricks={work.bricks}
          description={work.description}
          notes={work.phase === "building" ? work.notes : []}
          setback={work.phase === "building" ? work.setback : null}
          began={work.began}
          away={work.away}
        />
      );
    case "failed":
      return (
        <TroubleCard
          prompt={work.order.prompt}
          trouble={work.trouble}
          onBack={studio.back}
          onAgain={studio.again}
          onPick={studio.askExample}
        />
      );
    case "cancelled":
      return (
        <TroubleCard
          prompt={work.order.prompt}
          trouble={origin ? KEPT : CANCELLED}
          onBack={studio.back}
          onAgain={studio.again}
          onPick={studio.askExample}
        />
      );
    default:
      return <StartCard onPick={studio.askExample} />;
  }
}

const CANCELLED = {
  title: "Cancelled",
  detail: "Nothing was kept of it. Your words are still below.",
  again: true,
};

const KEPT = { ...CANCELLED, detail: "Nothing was kept of it. The model before is as it was." };
