<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>AuxOLSegment</name>
    <message>
        <source>AuxOL Segment</source>
        <translation>AuxOL Segment</translation>
    </message>
    <message>
        <source>Click points or drag a box: a network that knows many images (built in, or SAM), joined with what a small one has learned from your earlier corrections, proposes a mask. Repair it in the Segment Editor and save it: each saved repair teaches the small network, in the background and on this machine. Research use only, not for diagnosis.</source>
        <translation>Cliquez des points ou tracez un cadre&#xa0;: un réseau qui connaît beaucoup d&apos;images (intégré, ou SAM), joint à ce qu&apos;un petit réseau a appris de vos corrections précédentes, propose un masque. Retouchez-le dans Segment Editor et enregistrez&#xa0;: chaque correction enregistrée instruit le petit réseau, en arrière-plan et sur cette machine. Pour la recherche uniquement, pas pour le diagnostic.</translation>
    </message>
    <message>
        <source>Method: Huang et al., Improving Segment Anything on the Fly: Auxiliary Online Learning and Adaptive Fusion for Medical Image Segmentation, IEEE Transactions on Medical Imaging 2025. Segment Anything: Kirillov et al., ICCV 2023.</source>
        <translation>Méthode&#xa0;: Huang et al., Improving Segment Anything on the Fly: Auxiliary Online Learning and Adaptive Fusion for Medical Image Segmentation, IEEE Transactions on Medical Imaging 2025. Segment Anything&#xa0;: Kirillov et al., ICCV 2023.</translation>
    </message>
    <message>
        <source>AuxOLSegment</source>
        <translation>AuxOLSegment</translation>
    </message>
    <message>
        <source>Research use only, not for diagnosis.</source>
        <translation>Pour la recherche uniquement, pas pour le diagnostic.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Démarrer le moteur</translation>
    </message>
    <message>
        <source>First use: install what is missing</source>
        <translation>Première utilisation&#xa0;: installer ce qui manque</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>Installer</translation>
    </message>
    <message>
        <source>1  Image, segment and task</source>
        <translation>1  Image, segment et tâche</translation>
    </message>
    <message>
        <source>Volume:</source>
        <translation>Volume&#xa0;:</translation>
    </message>
    <message>
        <source>The image to segment: grey or colour, one slice or many.</source>
        <translation>L&apos;image à segmenter&#xa0;: en gris ou en couleur, une coupe ou plusieurs.</translation>
    </message>
    <message>
        <source>Segmentation:</source>
        <translation>Segmentation&#xa0;:</translation>
    </message>
    <message>
        <source>The segmentation that accepted proposals are added to.</source>
        <translation>La segmentation qui reçoit les propositions acceptées.</translation>
    </message>
    <message>
        <source>Segment:</source>
        <translation>Segment&#xa0;:</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Nouveau</translation>
    </message>
    <message>
        <source>Add a segment to the segmentation.</source>
        <translation>Ajouter un segment à la segmentation.</translation>
    </message>
    <message>
        <source>Task:</source>
        <translation>Tâche&#xa0;:</translation>
    </message>
    <message>
        <source>What is being learned, such as &quot;liver, portal CT&quot;. Choose one, or type a new name and press Create.</source>
        <translation>Ce qui est appris, par exemple «&#xa0;foie, TDM portale ». Choisissez une tâche, ou tapez un nouveau nom et cliquez sur Créer.</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Créer</translation>
    </message>
    <message>
        <source>2  Prompt</source>
        <translation>2  Marquer</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Cadre</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Trait</translation>
    </message>
    <message>
        <source>+ Point</source>
        <translation>+ Point</translation>
    </message>
    <message>
        <source>− Point</source>
        <translation>− Point</translation>
    </message>
    <message>
        <source>The objects that you have prompted. A click selects one: further points refine it.</source>
        <translation>Les objets que vous avez marqués. Un clic en choisit un&#xa0;: d&apos;autres points le précisent.</translation>
    </message>
    <message>
        <source>Undo last click</source>
        <translation>Annuler le clic</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Tout retirer</translation>
    </message>
    <message>
        <source>Rotate views to the volume</source>
        <translation>Aligner les vues sur le volume</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Accepter</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Rejeter</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Afficher</translation>
    </message>
    <message>
        <source>Show or hide all proposals in the slice views. Your segments are not touched.</source>
        <translation>Afficher ou masquer toutes les propositions dans les vues de coupe. Vos segments ne sont pas touchés.</translation>
    </message>
    <message>
        <source>Save slice</source>
        <translation>Enregistrer</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>Rien ici</translation>
    </message>
    <message>
        <source>Save all reviewed</source>
        <translation>Tout enregistrer</translation>
    </message>
    <message>
        <source>Segment Editor</source>
        <translation>Segment Editor</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
    <message>
        <source>Choose what to segment, mark it, look at the proposal, repair and save it.</source>
        <translation>Choisissez quoi segmenter, marquez-le, regardez la proposition, retouchez-la et enregistrez.</translation>
    </message>
    <message>
        <source>The segment that you are working on. Name it and choose its colour in the Segment Editor below, under All segments.</source>
        <translation>Le segment sur lequel vous travaillez. Donnez-lui un nom et une couleur plus bas dans Segment Editor, sous Tous les segments.</translation>
    </message>
    <message>
        <source>3  Proposal, repair, save</source>
        <translation>3  Proposer, retoucher, enregistrer</translation>
    </message>
    <message>
        <source>All segments and masking</source>
        <translation>Tous les segments, masquage</translation>
    </message>
    <message>
        <source>Show the table of segments, and the masking of the effect in use, as the Segment Editor module does.</source>
        <translation>Afficher le tableau des segments et le masquage de l&apos;effet en usage, comme dans le module Segment Editor.</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Revue</translation>
    </message>
    <message>
        <source>Neighbours, the whole volume, and the list of slices that wait for your eye.</source>
        <translation>Les voisines, tout le volume et la liste des coupes qui attendent votre regard.</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Apprend</translation>
    </message>
    <message>
        <source>What the task has learned, and whether it has paid.</source>
        <translation>Ce que la tâche a appris, et si cela a été payant.</translation>
    </message>
    <message>
        <source>Generalist, engine, server and behaviour on this machine.</source>
        <translation>Généraliste, moteur, serveur et comportement sur cette machine.</translation>
    </message>
</context>
<context>
    <name>ComparePanel</name>
    <message>
        <source>Compare</source>
        <translation>Comparer</translation>
    </message>
</context>
<context>
    <name>Engine.EngineConnection</name>
    <message>
        <source>The engine has ended again and again. A prompt, a save or its button starts it.</source>
        <translation>Le moteur s&apos;est arrêté à plusieurs reprises. Une marque, un enregistrement ou son bouton le démarre.</translation>
    </message>
    <message>
        <source>This takes some seconds.</source>
        <translation>Cela prend quelques secondes.</translation>
    </message>
    <message>
        <source>It starts with the first prompt.</source>
        <translation>Il démarre à la première marque.</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>sur cette machine</translation>
    </message>
    <message>
        <source>at {url}: images are sent there</source>
        <translation>sur {url}&#xa0;: des images y sont envoyées</translation>
    </message>
    <message>
        <source>on this machine, run by another Slicer</source>
        <translation>sur cette machine, lancé par un autre Slicer</translation>
    </message>
    <message>
        <source>Version {version} {where}, computing on {device} ({why})</source>
        <translation>Version {version} {where}, calcul sur {device} ({why})</translation>
    </message>
    <message>
        <source>{told}. It runs the generalist {its}, not {ours} as set here: stop it in the other Slicer to change</source>
        <translation>{told}. Il utilise le généraliste {its}, pas {ours} comme réglé ici : arrêtez-le dans l&apos;autre Slicer pour en changer</translation>
    </message>
    <message>
        <source>The engine was stopped. Start it again in the settings.</source>
        <translation>Le moteur a été arrêté. Redémarrez-le dans les réglages.</translation>
    </message>
    <message>
        <source>An address like https://server.hospital.org was expected, got {url}.</source>
        <translation>Une adresse comme https://server.hospital.org était attendue, reçu {url}.</translation>
    </message>
    <message>
        <source>A token was expected, got none. Ask who runs the server for yours.</source>
        <translation>Un jeton était attendu, il n&apos;y en a pas. Demandez le vôtre au responsable du serveur.</translation>
    </message>
</context>
<context>
    <name>Engine.EngineProcess</name>
    <message>
        <source>The engine was to be started with {python}, but it ended at once:
{log}
See Set-up for what is missing.</source>
        <translation>Le moteur devait démarrer avec {python}, mais il s&apos;est arrêté aussitôt&#xa0;:
{log}
Ce qui manque est indiqué en haut, sous Installer.</translation>
    </message>
    <message>
        <source>The engine was to be started with {python}, but the system refused ({reason}). Name another Python in the settings.</source>
        <translation>Le moteur devait démarrer avec {python}, mais le système a refusé ({reason}). Indiquez un autre Python dans les réglages.</translation>
    </message>
    <message>
        <source>The engine was stopped before it was ready.</source>
        <translation>Le moteur a été arrêté avant d&apos;être prêt.</translation>
    </message>
    <message>
        <source>The engine&apos;s files were expected in {folder}, but they are gone: the extension was updated or removed while Slicer ran. Save your scene and restart Slicer.</source>
        <translation>Les fichiers du moteur étaient attendus dans {folder}, mais ils n&apos;y sont plus : l&apos;extension a été mise à jour ou supprimée pendant que Slicer tournait. Enregistrez votre scène et redémarrez Slicer.</translation>
    </message>
</context>
<context>
    <name>Engine.EngineStart</name>
    <message>
        <source>A folder for the tasks was expected at {folder}, but it cannot be made ({reason}). Name another one in the settings.</source>
        <translation>Le dossier des tâches {folder} ne peut pas être créé ({reason}). Indiquez-en un autre dans les réglages.</translation>
    </message>
</context>
<context>
    <name>LearningPanel</name>
    <message>
        <source>Learn</source>
        <translation>Apprend</translation>
    </message>
    <message>
        <source>When the specialist learns from what you save. Saved slices are kept either way.</source>
        <translation>Quand le spécialiste apprend de ce que vous enregistrez. Les coupes enregistrées sont gardées dans tous les cas.</translation>
    </message>
    <message>
        <source>Learn when so many saved slices wait.</source>
        <translation>Apprendre dès que ce nombre de coupes enregistrées attend.</translation>
    </message>
    <message>
        <source>Learn now</source>
        <translation>Apprendre maintenant</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Suspendre l&apos;apprentissage</translation>
    </message>
    <message>
        <source>Cancel learning again</source>
        <translation>Annuler le réapprentissage</translation>
    </message>
    <message>
        <source>Specialist&apos;s share</source>
        <translation>Part du spécialiste</translation>
    </message>
    <message>
        <source>How much the learned specialist counts in the proposals; the rest is the generalist. It moves with your corrections.</source>
        <translation>Le poids du spécialiste instruit dans les propositions&#xa0;; le reste revient au généraliste. Il évolue avec vos corrections.</translation>
    </message>
    <message>
        <source>The grey range that the task sees. What lies outside is black or white to it.</source>
        <translation>La plage de gris que voit la tâche. Ce qui est en dehors est pour elle noir ou blanc.</translation>
    </message>
    <message>
        <source>The value that is black to the task</source>
        <translation>La valeur qui est noire pour la tâche</translation>
    </message>
    <message>
        <source>The value that is white to the task</source>
        <translation>La valeur qui est blanche pour la tâche</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Fixer</translation>
    </message>
    <message>
        <source>From volume</source>
        <translation>Du volume</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Vider</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versions</translation>
    </message>
    <message>
        <source>Every update of this task. The one in use is marked.</source>
        <translation>Chaque mise à jour de cette tâche. Celle en usage est signalée.</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Issue de</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Résultat</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Durée</translation>
    </message>
    <message>
        <source>Undo last update</source>
        <translation>Annuler mise à jour</translation>
    </message>
    <message>
        <source>Roll back to selected ...</source>
        <translation>Revenir à la choisie ...</translation>
    </message>
    <message>
        <source>Saved slices</source>
        <translation>Coupes enregistrées</translation>
    </message>
    <message>
        <source>Every saved slice with the Dice of what the generalist alone, the specialist alone and the shown proposal had against it, before anything was learned from it.</source>
        <translation>Chaque coupe enregistrée avec le Dice qu&apos;avaient par rapport à elle le généraliste seul, le spécialiste seul et la proposition affichée, avant qu&apos;elle ne serve à apprendre.</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>N°</translation>
    </message>
    <message>
        <source>Saved as</source>
        <translation>Enregistrée</translation>
    </message>
    <message>
        <source>Generalist</source>
        <translation>Généraliste</translation>
    </message>
    <message>
        <source>Specialist</source>
        <translation>Spécialiste</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Affiché</translation>
    </message>
    <message>
        <source>Forget selected ...</source>
        <translation>Oublier la coupe choisie ...</translation>
    </message>
    <message>
        <source>Session as CSV ...</source>
        <translation>Séance en CSV ...</translation>
    </message>
    <message>
        <source>Export ...</source>
        <translation>Exporter ...</translation>
    </message>
    <message>
        <source>Write the task into one file for a backup or a colleague. It holds image crops, but no names.</source>
        <translation>Écrire la tâche dans un fichier, pour une sauvegarde ou un collègue. Il contient des extraits d&apos;images, mais aucun nom.</translation>
    </message>
    <message>
        <source>Import ...</source>
        <translation>Importer ...</translation>
    </message>
    <message>
        <source>Take in a task that was exported.</source>
        <translation>Reprendre une tâche exportée.</translation>
    </message>
    <message>
        <source>Reset ...</source>
        <translation>Vider ...</translation>
    </message>
    <message>
        <source>Delete ...</source>
        <translation>Supprimer ...</translation>
    </message>
    <message>
        <source>Grey window</source>
        <translation>Fenêtre de gris</translation>
    </message>
    <message>
        <source>Task file</source>
        <translation>Fichier</translation>
    </message>
</context>
<context>
    <name>Machine.Dependencies</name>
    <message>
        <source>The PyTorch extension is missing: install it in the Extensions Manager and restart Slicer.</source>
        <translation>L&apos;extension PyTorch manque&#xa0;: installez-la dans le gestionnaire d&apos;extensions et redémarrez Slicer.</translation>
    </message>
    <message>
        <source>PyTorch {version} is installed, {needed} is needed: uninstall it in the module PyTorch Utils, restart Slicer, and install again.</source>
        <translation>PyTorch {version} est installé, il faut {needed}&#xa0;: désinstallez-le dans le module PyTorch Utils, redémarrez Slicer et installez de nouveau.</translation>
    </message>
    <message>
        <source>Slicer&apos;s Python folder is not writable ({folder}).</source>
        <translation>Le dossier Python de Slicer n&apos;est pas accessible en écriture ({folder}).</translation>
    </message>
    <message>
        <source>The wheel folder {folder} is not there.</source>
        <translation>Le dossier de wheels {folder} n&apos;existe pas.</translation>
    </message>
    <message>
        <source>At least {needed} GB are needed in {folder}, {free} GB are free.</source>
        <translation>Il faut au moins {needed} Go dans {folder}, {free} Go sont libres.</translation>
    </message>
    <message>
        <source>Packages are taken from {folder}; nothing is downloaded.</source>
        <translation>Les paquets sont pris dans {folder}&#xa0;; rien n&apos;est téléchargé.</translation>
    </message>
    <message>
        <source>Downloads PyTorch (the build that fits this machine&apos;s graphics card or processor) and small packages, some minutes and up to 3 GB. Slicer&apos;s own packages are not replaced.</source>
        <translation>Télécharge PyTorch (la version qui convient à la carte graphique ou au processeur de cette machine) et de petits paquets, quelques minutes et jusqu&apos;à 3 Go. Les paquets propres à Slicer ne sont pas remplacés.</translation>
    </message>
    <message>
        <source>Without network: put the wheels into a folder and name it in Settings, Engine, &apos;Wheel folder&apos;. Without write permission: name another Python that has auxol-core in Settings, Engine, &apos;Python&apos;. Or use a server: Settings, Server.</source>
        <translation>Sans réseau&#xa0;: mettez les wheels dans un dossier et indiquez-le dans Réglages, Moteur, «&#xa0;Dossier de wheels ». Sans droit d&apos;écriture&#xa0;: indiquez dans Réglages, Moteur, «&#xa0;Python&#xa0;» un autre Python où auxol-core est installé. Ou utilisez un serveur&#xa0;: Réglages, Serveur.</translation>
    </message>
    <message>
        <source>Everything is installed.</source>
        <translation>Tout est installé.</translation>
    </message>
    <message>
        <source>Installing PyTorch ... this takes some minutes.</source>
        <translation>Installation de PyTorch ... cela prend quelques minutes.</translation>
    </message>
    <message>
        <source>PyTorch is installed. Installing the other packages ...</source>
        <translation>PyTorch est installé. Installation des autres paquets ...</translation>
    </message>
    <message>
        <source>The wheel folder lacks something: {needed}.</source>
        <translation>Il manque quelque chose dans le dossier de wheels&#xa0;: {needed}.</translation>
    </message>
    <message>
        <source>The installation failed ({error}).</source>
        <translation>L&apos;installation a échoué ({error}).</translation>
    </message>
    <message>
        <source>Still missing: {names}.</source>
        <translation>Il manque encore&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>PyTorch is installed, and stays. Install goes on with what is missing: {names}.</source>
        <translation>PyTorch est installé, et reste. Installer continue avec ce qui manque&#xa0;: {names}.</translation>
    </message>
</context>
<context>
    <name>Machine.GeneralistName</name>
    <message>
        <source>generalist</source>
        <translation>généraliste</translation>
    </message>
    <message>
        <source>built-in network</source>
        <translation>réseau intégré</translation>
    </message>
    <message>
        <source>Generalist</source>
        <translation>Généraliste</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>Intégré</translation>
    </message>
</context>
<context>
    <name>Machine.InstallTrouble</name>
    <message>
        <source>The proxy refused the connection. Set HTTPS_PROXY to the proxy&apos;s address, with name and password if it wants them, before you start Slicer.</source>
        <translation>Le proxy a refusé la connexion. Donnez à HTTPS_PROXY l&apos;adresse du proxy, avec nom et mot de passe s&apos;il les demande, avant de démarrer Slicer.</translation>
    </message>
    <message>
        <source>A certificate was not accepted, as behind a proxy that opens connections. Set PIP_CERT to the file of your institution&apos;s certificates before you start Slicer.</source>
        <translation>Un certificat n&apos;a pas été accepté, comme derrière un proxy qui ouvre les connexions. Donnez à PIP_CERT le fichier des certificats de votre établissement avant de démarrer Slicer.</translation>
    </message>
    <message>
        <source>The disk is full. Free some space, then press Install again.</source>
        <translation>Le disque est plein. Libérez de la place, puis cliquez de nouveau sur Installer.</translation>
    </message>
    <message>
        <source>A file is in use by another program. Close other windows of Slicer, restart it, then press Install again.</source>
        <translation>Un fichier est utilisé par un autre programme. Fermez les autres fenêtres de Slicer, redémarrez-le, puis cliquez de nouveau sur Installer.</translation>
    </message>
    <message>
        <source>Slicer&apos;s Python folder may not be written. Install Slicer into a folder of your own, or name another Python in the settings.</source>
        <translation>Le dossier Python de Slicer ne peut pas être écrit. Installez Slicer dans un dossier à vous, ou indiquez un autre Python dans les réglages.</translation>
    </message>
    <message>
        <source>There is no connection to the package server. Check the network, then press Install again.</source>
        <translation>Il n&apos;y a pas de connexion au serveur de paquets. Vérifiez le réseau, puis cliquez de nouveau sur Installer.</translation>
    </message>
    <message>
        <source>A package has no build for this Slicer. A wheel folder has to hold builds for its version of Python and this system.</source>
        <translation>Un paquet n&apos;existe pas pour ce Slicer. Un dossier de wheels doit contenir des versions pour son Python et pour ce système.</translation>
    </message>
</context>
<context>
    <name>Machine.Language</name>
    <message>
        <source>English</source>
        <translation>Français</translation>
    </message>
</context>
<context>
    <name>Machine.Messages</name>
    <message>
        <source>Something unexpected happened ({details}). Your segments are as they were; copy the diagnostics (Settings) and send them to the developers.</source>
        <translation>Un événement inattendu s&apos;est produit ({details}). Vos segments sont restés tels quels&#xa0;; copiez le diagnostic (Réglages) et envoyez-le aux développeurs.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Annulé.</translation>
    </message>
    <message>
        <source>What was learned meanwhile has changed this proposal. Look at it again, then accept it ({details})</source>
        <translation>Ce qui a été appris entre-temps a changé cette proposition. Regardez-la de nouveau, puis acceptez-la ({details})</translation>
    </message>
    <message>
        <source>The chosen generalist is not on this machine. Download it or choose the built-in one ({details})</source>
        <translation>Le généraliste choisi n&apos;est pas sur cette machine. Téléchargez-le ou choisissez celui qui est intégré ({details})</translation>
    </message>
    <message>
        <source>The chosen generalist cannot be used. Choose another one or download it again ({details})</source>
        <translation>Le généraliste choisi est inutilisable. Choisissez-en un autre ou téléchargez-le de nouveau ({details})</translation>
    </message>
    <message>
        <source>A file could not be read. Check it or choose another one ({details})</source>
        <translation>Un fichier n&apos;a pas pu être lu. Vérifiez-le ou choisissez-en un autre ({details})</translation>
    </message>
    <message>
        <source>The task is open in another program. Close it there, then choose the task again ({details})</source>
        <translation>La tâche est ouverte dans un autre programme. Fermez-la là-bas, puis choisissez-la de nouveau ({details})</translation>
    </message>
    <message>
        <source>The task was written by another version of AuxOLSegment. Update the older one ({details})</source>
        <translation>La tâche a été écrite par une autre version d&apos;AuxOLSegment. Mettez à jour la plus ancienne ({details})</translation>
    </message>
    <message>
        <source>The task was learned with another generalist. Choose that one in Settings, Engine ({details})</source>
        <translation>La tâche a été apprise avec un autre généraliste. Choisissez-le dans Réglages, Moteur ({details})</translation>
    </message>
    <message>
        <source>The task file is damaged. Import an export of it or restore a copy ({details})</source>
        <translation>Le fichier de la tâche est endommagé. Importez-en une exportation ou restaurez une copie ({details})</translation>
    </message>
    <message>
        <source>The disk is full: this was NOT saved. Free some space, then save again ({details})</source>
        <translation>Le disque est plein&#xa0;: ceci n&apos;a PAS été enregistré. Libérez de la place, puis enregistrez de nouveau ({details})</translation>
    </message>
    <message>
        <source>The task file cannot be used. Choose another task ({details})</source>
        <translation>Le fichier de la tâche est inutilisable. Choisissez une autre tâche ({details})</translation>
    </message>
    <message>
        <source>This AuxOLSegment and the server have different versions. Install the same on both sides ({details})</source>
        <translation>Cet AuxOLSegment et le serveur ont des versions différentes. Installez la même des deux côtés ({details})</translation>
    </message>
    <message>
        <source>The server refused the token. Enter the right one in Settings, Server.</source>
        <translation>Le serveur a refusé le jeton. Indiquez le bon dans Réglages, Serveur.</translation>
    </message>
    <message>
        <source>The engine cannot answer now. Try again in a moment; if it lasts, start the engine again ({details})</source>
        <translation>Le moteur ne peut pas répondre maintenant. Réessayez dans un instant&#xa0;; si cela dure, redémarrez le moteur ({details})</translation>
    </message>
    <message>
        <source>The engine took too long to answer. Try again; if it lasts, start the engine again ({details})</source>
        <translation>Le moteur a mis trop de temps à répondre. Réessayez&#xa0;; si cela dure, redémarrez le moteur ({details})</translation>
    </message>
    <message>
        <source>The engine cannot be reached. Start it again, or check the server&apos;s address in Settings ({details})</source>
        <translation>Le moteur est injoignable. Redémarrez-le, ou vérifiez l&apos;adresse du serveur dans Réglages ({details})</translation>
    </message>
    <message>
        <source>This file or folder may not be written. Choose another place ({details})</source>
        <translation>Ce fichier ou ce dossier ne peut pas être écrit. Choisissez un autre emplacement ({details})</translation>
    </message>
    <message>
        <source>A file is not where it was. Choose it again ({details})</source>
        <translation>Un fichier n&apos;est plus à sa place. Choisissez-le de nouveau ({details})</translation>
    </message>
    <message>
        <source>The system refused a file or a connection. Check it, then try again ({details})</source>
        <translation>Le système a refusé un fichier ou une connexion. Vérifiez, puis réessayez ({details})</translation>
    </message>
    <message>
        <source>The engine refused: {details}</source>
        <translation>Le moteur a refusé&#xa0;: {details}</translation>
    </message>
    <message>
        <source>The engine no longer has this slice. Prompt or save it once more; it is then sent again.</source>
        <translation>Le moteur n&apos;a plus cette coupe. Marquez ou enregistrez encore une fois&#xa0;; elle est alors renvoyée.</translation>
    </message>
    <message>
        <source>The task is no longer open. Choose it again in the list of tasks.</source>
        <translation>La tâche n&apos;est plus ouverte. Choisissez-la de nouveau dans la liste des tâches.</translation>
    </message>
    <message>
        <source>The engine no longer has this proposal. Prompt the object once more.</source>
        <translation>Le moteur n&apos;a plus cette proposition. Marquez l&apos;objet encore une fois.</translation>
    </message>
    <message>
        <source>The propagation had ended already. Start it again if slices are missing.</source>
        <translation>La propagation était déjà terminée. Relancez-la s&apos;il manque des coupes.</translation>
    </message>
    <message>
        <source>Not found. Choose another one ({details})</source>
        <translation>Introuvable. Choisissez autre chose ({details})</translation>
    </message>
    <message>
        <source>Your role in this shared task does not allow this: {details}</source>
        <translation>Votre rôle dans cette tâche partagée ne le permet pas : {details}</translation>
    </message>
    <message>
        <source>The task went to another process of the server. Nothing saved is lost. Try again ({details})</source>
        <translation>La tâche est passée à un autre processus du serveur. Rien de ce qui a été enregistré n&apos;est perdu. Réessayez ({details})</translation>
    </message>
</context>
<context>
    <name>OnwardPanel</name>
    <message>
        <source>Accept, save, next</source>
        <translation>OK, enreg., suite</translation>
    </message>
    <message>
        <source>Save, next</source>
        <translation>Enregistrer, suite</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Puis</translation>
    </message>
    <message>
        <source>Which slice comes after a saved one, in the view in use.</source>
        <translation>Quelle coupe vient après une coupe enregistrée, dans la vue en usage.</translation>
    </message>
    <message>
        <source>towards the end</source>
        <translation>vers la fin</translation>
    </message>
    <message>
        <source>worst proposal first</source>
        <translation>la pire d&apos;abord</translation>
    </message>
    <message>
        <source>propose ahead</source>
        <translation>anticiper</translation>
    </message>
    <message>
        <source>Propose on the next slices by itself while you look at this one. It never touches what you have settled, and a prompt ends it.</source>
        <translation>Proposer d&apos;office sur les coupes suivantes pendant que vous regardez celle-ci. Ce que vous avez réglé n&apos;est jamais touché, et une marque l&apos;arrête.</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Touches</translation>
    </message>
    <message>
        <source>Show what the keys do in the slice view in use.</source>
        <translation>Afficher dans la vue de coupe en usage ce que font les touches.</translation>
    </message>
</context>
<context>
    <name>Panel.ComparePanel</name>
    <message>
        <source>Compare</source>
        <translation>Comparer</translation>
    </message>
    <message>
        <source>There is no proposal on the slice on display.</source>
        <translation>Il n&apos;y a pas de proposition sur la coupe affichée.</translation>
    </message>
    <message>
        <source>Show in turn what the generalist says alone, the specialist alone, and both. You accept what you see.</source>
        <translation>Afficher tour à tour ce que dit le généraliste seul, le spécialiste seul, et les deux. Vous acceptez ce que vous voyez.</translation>
    </message>
</context>
<context>
    <name>Panel.CurveLabel</name>
    <message>
        <source>Learning curve</source>
        <translation>Courbe d&apos;apprentissage</translation>
    </message>
    <message>
        <source>Dice (agreement, 0 to 1) with what you saved, each measured before anything was learned from that slice.</source>
        <translation>Dice (concordance, 0 à 1) avec ce que vous avez enregistré, mesuré chaque fois avant que la coupe ne serve à apprendre.</translation>
    </message>
</context>
<context>
    <name>Panel.GeneralistPanel</name>
    <message>
        <source>{title}, {megabytes} MB, from the internet to this machine.

Licence: {licence}
{page}

Do you accept the licence, and shall it be downloaded?</source>
        <translation>{title}, {megabytes} Mo, d&apos;Internet vers cette machine.

Licence&#xa0;: {licence}
{page}

Acceptez-vous la licence, et faut-il le télécharger&#xa0;?</translation>
    </message>
    <message>
        <source>Download a generalist</source>
        <translation>Télécharger un généraliste</translation>
    </message>
    <message>
        <source>The task &apos;{task}&apos; was taught beside the {former}. Beside {new} it is learned again from its {count} saved slices; until then proposals come from {new} alone. Nothing is lost, and it can be cancelled under Learning.

Restart the engine and learn it again?</source>
        <translation>La tâche «&#xa0;{task}&#xa0;» a été instruite avec {former}. Avec {new}, elle est réapprise à partir de ses {count} coupes enregistrées&#xa0;; d&apos;ici là les propositions viennent de {new} seul. Rien n&apos;est perdu, et cela peut être annulé sous Apprentissage.

Redémarrer le moteur et la réapprendre&#xa0;?</translation>
    </message>
    <message>
        <source>Use another generalist</source>
        <translation>Utiliser un autre généraliste</translation>
    </message>
    <message>
        <source>What came is kept; the next download goes on from there.</source>
        <translation>Ce qui est arrivé est gardé&#xa0;; le prochain téléchargement reprend là.</translation>
    </message>
    <message>
        <source>The engine is not running: start it first.</source>
        <translation>Le moteur ne tourne pas&#xa0;: démarrez-le d&apos;abord.</translation>
    </message>
    <message>
        <source>The keeper of the server chooses its generalists.</source>
        <translation>Les généralistes du serveur sont choisis par son responsable.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Reprendre</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Télécharger</translation>
    </message>
    <message>
        <source>Fetch its weights after its licence was told. They are checked by their SHA-256.</source>
        <translation>Chercher ses poids, après l&apos;annonce de sa licence. Ils sont vérifiés par leur SHA-256.</translation>
    </message>
    <message>
        <source>Measuring ...</source>
        <translation>Mesure en cours ...</translation>
    </message>
    <message>
        <source>Measure clicks</source>
        <translation>Chronométrer</translation>
    </message>
    <message>
        <source>Being timed: {title}.</source>
        <translation>Chronométrage&#xa0;: {title}.</translation>
    </message>
    <message>
        <source>Time the first and the next click on this machine; takes some seconds, and nothing is downloaded.</source>
        <translation>Chronométrer le premier clic et le suivant sur cette machine&#xa0;; quelques secondes, et rien n&apos;est téléchargé.</translation>
    </message>
    <message>
        <source>A server&apos;s generalist is chosen where it runs.</source>
        <translation>Le généraliste d&apos;un serveur se choisit là où il tourne.</translation>
    </message>
    <message>
        <source>The engine runs it already.</source>
        <translation>Le moteur l&apos;utilise déjà.</translation>
    </message>
    <message>
        <source>Its weights are not on this machine yet.</source>
        <translation>Ses poids ne sont pas encore sur cette machine.</translation>
    </message>
    <message>
        <source>Restart the engine with this generalist.</source>
        <translation>Redémarrer le moteur avec ce généraliste.</translation>
    </message>
    <message>
        <source>here</source>
        <translation>présent</translation>
    </message>
    <message>
        <source>download</source>
        <translation>à télécharger</translation>
    </message>
    <message>
        <source>from a file</source>
        <translation>d&apos;un fichier</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>conseillé</translation>
    </message>
    <message>
        <source>A checkpoint file of your own; it is recognised by its content.</source>
        <translation>Un checkpoint à vous&#xa0;; il est reconnu à son contenu.</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Clics</translation>
    </message>
    <message>
        <source>On this machine.</source>
        <translation>Sur cette machine.</translation>
    </message>
    <message>
        <source>Not here yet: {megabytes} MB to download.</source>
        <translation>Pas encore ici&#xa0;: {megabytes} Mo à télécharger.</translation>
    </message>
    <message>
        <source>Not here: get its file from {page} and give its path above.</source>
        <translation>Pas ici&#xa0;: prenez son fichier sur {page} et indiquez son chemin plus haut.</translation>
    </message>
    <message>
        <source>{done} MB of it have come.</source>
        <translation>{done} Mo sont arrivés.</translation>
    </message>
    <message>
        <source>Licence:</source>
        <translation>Licence&#xa0;:</translation>
    </message>
    <message>
        <source>A file of your own is not downloaded.</source>
        <translation>Un fichier à vous ne se télécharge pas.</translation>
    </message>
    <message>
        <source>It is on this machine already.</source>
        <translation>Il est déjà sur cette machine.</translation>
    </message>
    <message>
        <source>Its authors name no address or hash to check it by: get the file from {page}.</source>
        <translation>Ses auteurs ne donnent ni adresse ni empreinte pour le vérifier&#xa0;: prenez le fichier sur {page}.</translation>
    </message>
    <message>
        <source>{megabytes} MB</source>
        <translation>{megabytes} Mo</translation>
    </message>
</context>
<context>
    <name>Panel.InputsPanel</name>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Créer</translation>
    </message>
    <message>
        <source>This task is open. Choose another one, or type a new name.</source>
        <translation>Cette tâche est ouverte. Choisissez-en une autre, ou tapez un nouveau nom.</translation>
    </message>
    <message>
        <source>Type a name for what shall be learned.</source>
        <translation>Tapez un nom pour ce qui doit être appris.</translation>
    </message>
    <message>
        <source>Open this task.</source>
        <translation>Ouvrir cette tâche.</translation>
    </message>
    <message>
        <source>Choose a volume first.</source>
        <translation>Choisissez d&apos;abord un volume.</translation>
    </message>
    <message>
        <source>its intensity window is set by the first slice</source>
        <translation>la première coupe fixe sa fenêtre de gris</translation>
    </message>
    <message>
        <source>intensity window {low} to {high}</source>
        <translation>fenêtre de gris {low} à {high}</translation>
    </message>
    <message>
        <source>Generalist: {generalist}; {window}; version {version}.</source>
        <translation>Généraliste&#xa0;: {generalist}&#xa0;; {window}&#xa0;; version {version}.</translation>
    </message>
    <message>
        <source>Add a segment to the segmentation; the first makes that, too.</source>
        <translation>Ajouter un segment à la segmentation&#xa0;; le premier crée aussi celle-ci.</translation>
    </message>
    <message>
        <source>There is no segment yet: the first prompt makes one, or press New.</source>
        <translation>Il n&apos;y a pas encore de segment&#xa0;: la première marque en crée un, ou cliquez sur Nouveau.</translation>
    </message>
    <message>
        <source>The segment that you work on. Its name and colour are in the Segment Editor below, under All segments.</source>
        <translation>Le segment sur lequel vous travaillez. Son nom et sa couleur sont plus bas dans Segment Editor, sous Tous les segments.</translation>
    </message>
    <message>
        <source>What is being learned, such as &quot;liver, portal CT&quot;. The first prompt opens or makes the one that stands here; to have another one, choose it, or type a new name and press Create.</source>
        <translation>Ce qui est appris, par exemple «&#xa0;foie, TDM portale&#xa0;». La première marque ouvre ou crée la tâche indiquée ici&#xa0;; pour une autre, choisissez-la, ou tapez un nouveau nom et cliquez sur Créer.</translation>
    </message>
    <message>
        <source>Make a new task of this name; it starts with nothing learned. The first prompt does it by itself.</source>
        <translation>Créer une nouvelle tâche de ce nom&#xa0;; elle commence sans avoir rien appris. La première marque le fait d&apos;office.</translation>
    </message>
    <message>
        <source>Prompt first, or add a segment: press New.</source>
        <translation>Marquez d&apos;abord, ou ajoutez un segment&#xa0;: cliquez sur Nouveau.</translation>
    </message>
    <message>
        <source>The engine is not running: press Start engine at the top, or prompt.</source>
        <translation>Le moteur ne tourne pas&#xa0;: cliquez en haut sur Démarrer le moteur, ou marquez.</translation>
    </message>
    <message>
        <source>Prompt first, or choose or create a task.</source>
        <translation>Marquez d&apos;abord, ou choisissez ou créez une tâche.</translation>
    </message>
    <message>
        <source>What is being learned; it serves for other images too. The first prompt opens or makes the task.</source>
        <translation>Ce qui est appris&#xa0;; cela sert aussi pour d&apos;autres images. La première marque ouvre ou crée la tâche.</translation>
    </message>
</context>
<context>
    <name>Panel.LearningCurve</name>
    <message>
        <source>saved slice</source>
        <translation>coupe enregistrée</translation>
    </message>
    <message>
        <source>saved slice (lines: mean of the last {count})</source>
        <translation>coupe enregistrée (lignes&#xa0;: moyenne des {count} dernières)</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Specialist</source>
        <translation>Spécialiste</translation>
    </message>
    <message>
        <source>Fused</source>
        <translation>Fusion</translation>
    </message>
    <message>
        <source>The curve begins with the first saved slice.</source>
        <translation>La courbe commence à la première coupe enregistrée.</translation>
    </message>
    <message>
        <source>saved slice; hollow: confirmed unchanged</source>
        <translation>coupe enregistrée&#xa0;; creux&#xa0;: confirmée sans changement</translation>
    </message>
    <message>
        <source>saved slice (lines: mean of the last {count}); marked: confirmed unchanged</source>
        <translation>coupe enregistrée (lignes&#xa0;: moyenne des {count} dernières)&#xa0;; signalée&#xa0;: confirmée sans changement</translation>
    </message>
</context>
<context>
    <name>Panel.LearningPanel</name>
    <message>
        <source>after each saved slice</source>
        <translation>après chaque coupe enregistrée</translation>
    </message>
    <message>
        <source>after several saved slices</source>
        <translation>après plusieurs coupes enregistrées</translation>
    </message>
    <message>
        <source>only when I press Learn now</source>
        <translation>seulement par Apprendre maintenant</translation>
    </message>
    <message>
        <source>Stop learning the task &apos;{task}&apos; again? It will be as it was, beside the generalist that it learned with. Slices that were saved since stay saved and wait.</source>
        <translation>Arrêter de réapprendre la tâche «&#xa0;{task}&#xa0;»&#xa0;? Elle sera comme avant, avec le généraliste de son apprentissage. Les coupes enregistrées depuis le restent et attendent.</translation>
    </message>
    <message>
        <source>Cancel learning again</source>
        <translation>Annuler le réapprentissage</translation>
    </message>
    <message>
        <source>Go back to version {version}? Later corrections stay listed but are no longer learned from.</source>
        <translation>Revenir à la version {version}&#xa0;? Les corrections suivantes restent dans la liste, mais ne servent plus à apprendre.</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>Revenir</translation>
    </message>
    <message>
        <source>Delete saved slice {number} and its image crop? What came after it is learned anew.</source>
        <translation>Supprimer la coupe enregistrée {number} et son extrait d&apos;image&#xa0;? Ce qui est venu après est réappris.</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Oublier</translation>
    </message>
    <message>
        <source>Delete everything that the task &apos;{task}&apos; has learned? Your segments stay.</source>
        <translation>Supprimer tout ce que la tâche «&#xa0;{task}&#xa0;» a appris&#xa0;? Vos segments restent.</translation>
    </message>
    <message>
        <source>Reset task</source>
        <translation>Réinitialiser la tâche</translation>
    </message>
    <message>
        <source>Delete the task &apos;{task}&apos; and its file for good? Your segments stay.</source>
        <translation>Supprimer définitivement la tâche «&#xa0;{task}&#xa0;» et son fichier&#xa0;? Vos segments restent.</translation>
    </message>
    <message>
        <source>Delete task</source>
        <translation>Supprimer la tâche</translation>
    </message>
    <message>
        <source>Save the session as CSV</source>
        <translation>Enregistrer la séance en CSV</translation>
    </message>
    <message>
        <source>Export the task</source>
        <translation>Exporter la tâche</translation>
    </message>
    <message>
        <source>Import a task</source>
        <translation>Importer une tâche</translation>
    </message>
    <message>
        <source>Learning is paused</source>
        <translation>L&apos;apprentissage est suspendu</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Suspendre l&apos;apprentissage</translation>
    </message>
    <message>
        <source>Dice of the {generalist} alone</source>
        <translation>Dice de ce réseau seul&#xa0;: {generalist}</translation>
    </message>
    <message>
        <source>Choose or create a task first.</source>
        <translation>Choisissez ou créez d&apos;abord une tâche.</translation>
    </message>
    <message>
        <source>The engine is not running.</source>
        <translation>Le moteur ne tourne pas.</translation>
    </message>
    <message>
        <source>Nothing has been saved yet.</source>
        <translation>Rien n&apos;a encore été enregistré.</translation>
    </message>
    <message>
        <source>The task is then as it was before another generalist was chosen.</source>
        <translation>La tâche redevient ce qu&apos;elle était avant le choix d&apos;un autre généraliste.</translation>
    </message>
    <message>
        <source>Learn from every saved slice that waits.</source>
        <translation>Apprendre de toutes les coupes enregistrées qui attendent.</translation>
    </message>
    <message>
        <source>Saved slices are kept and wait while learning is paused.</source>
        <translation>Les coupes enregistrées sont gardées et attendent pendant que l&apos;apprentissage est suspendu.</translation>
    </message>
    <message>
        <source>Back to the version before the current one.</source>
        <translation>Retour à la version précédente.</translation>
    </message>
    <message>
        <source>Back to the version selected in the list.</source>
        <translation>Retour à la version choisie dans la liste.</translation>
    </message>
    <message>
        <source>Select a saved slice in the list first.</source>
        <translation>Choisissez d&apos;abord une coupe enregistrée dans la liste.</translation>
    </message>
    <message>
        <source>Delete a wrong lesson, and learn without it.</source>
        <translation>Supprimer une mauvaise leçon, et apprendre sans elle.</translation>
    </message>
    <message>
        <source>Write slices, edits and times of this session into a table.</source>
        <translation>Écrire les coupes, les modifications et les temps de cette séance dans un tableau.</translation>
    </message>
    <message>
        <source>One file, for a backup or a colleague. It holds image crops, no names.</source>
        <translation>Un fichier, pour une sauvegarde ou un collègue. Il contient des extraits d&apos;images, aucun nom.</translation>
    </message>
    <message>
        <source>Take in a task that was exported, under the name of its file.</source>
        <translation>Reprendre une tâche exportée, sous le nom de son fichier.</translation>
    </message>
    <message>
        <source>Delete the task with its file.</source>
        <translation>Supprimer la tâche avec son fichier.</translation>
    </message>
    <message>
        <source>Delete what this task has learned.</source>
        <translation>Supprimer ce que cette tâche a appris.</translation>
    </message>
    <message>
        <source>No saved slice waits to be learned.</source>
        <translation>Aucune coupe enregistrée n&apos;attend d&apos;être apprise.</translation>
    </message>
    <message>
        <source>Nothing has been learned yet.</source>
        <translation>Rien n&apos;a encore été appris.</translation>
    </message>
    <message>
        <source>Select a version in the list first.</source>
        <translation>Choisissez d&apos;abord une version dans la liste.</translation>
    </message>
    <message>
        <source>This version is in use already.</source>
        <translation>Cette version est déjà en usage.</translation>
    </message>
    <message>
        <source>This version was discarded; select a learned one.</source>
        <translation>Cette version a été rejetée&#xa0;; choisissez-en une qui a été apprise.</translation>
    </message>
    <message>
        <source>From the Dice of each saved slice, taken before anything was learned from it: what was shown beside what the generalist alone would have shown. Voxels: two times those that you saved, times that difference, which is exact where a proposal is as large as what you saved; known of the slices that were saved since this scene was opened and have one object.</source>
        <translation>D&apos;après le Dice de chaque coupe enregistrée, mesuré avant qu&apos;elle ne serve à apprendre&#xa0;: ce qui a été affiché, à côté de ce que le généraliste seul aurait affiché. Voxels&#xa0;: deux fois ceux que vous avez enregistrés, fois cette différence, ce qui est exact quand une proposition est aussi grande que ce que vous avez enregistré&#xa0;; connu pour les coupes à un seul objet enregistrées depuis l&apos;ouverture de cette scène.</translation>
    </message>
    <message>
        <source>{count} saved slices are not learned yet, and are not what this takes back: it undoes the last update that was learned. To be rid of a slice that waits, use Forget. Undo the last update?</source>
        <translation>{count} coupes enregistrées ne sont pas encore apprises et ne sont pas ce qui est repris : c&apos;est le dernier apprentissage qui est annulé. Pour écarter une coupe qui attend, utilisez « Oublier ». Annuler le dernier apprentissage ?</translation>
    </message>
    <message>
        <source>Undo last update</source>
        <translation>Annuler mise à jour</translation>
    </message>
</context>
<context>
    <name>Panel.LearningTexts</name>
    <message>
        <source>No task is open.</source>
        <translation>Aucune tâche n&apos;est ouverte.</translation>
    </message>
    <message>
        <source>This task was taught with another network or program. It is being learned again from your saved slices, {done} of {total}; until then proposals come from the {generalist} alone. Nothing is lost.</source>
        <translation>Cette tâche a été instruite avec un autre réseau ou programme. Elle est réapprise à partir de vos coupes enregistrées, {done} sur {total}&#xa0;; d&apos;ici là les propositions ne viennent que d&apos;un réseau&#xa0;: {generalist}. Rien n&apos;est perdu.</translation>
    </message>
    <message>
        <source>Learning: step {done} of {total}.</source>
        <translation>Apprentissage&#xa0;: étape {done} sur {total}.</translation>
    </message>
    <message>
        <source>Learning ...</source>
        <translation>Apprentissage ...</translation>
    </message>
    <message>
        <source>Paused; {queued} saved slices wait.</source>
        <translation>Suspendu&#xa0;; coupes enregistrées en attente&#xa0;: {queued}.</translation>
    </message>
    <message>
        <source>{queued} saved slices wait to be learned.</source>
        <translation>Coupes enregistrées qui attendent d&apos;être apprises&#xa0;: {queued}.</translation>
    </message>
    <message>
        <source>Everything saved has been learned.</source>
        <translation>Tout ce qui est enregistré a été appris.</translation>
    </message>
    <message>
        <source>Nothing has been learned yet.</source>
        <translation>Rien n&apos;a encore été appris.</translation>
    </message>
    <message>
        <source>{corrections} corrections, {confirmations} confirmed unchanged; version {version}.</source>
        <translation>Corrections&#xa0;: {corrections}, confirmées sans changement&#xa0;: {confirmations}&#xa0;; version {version}.</translation>
    </message>
    <message>
        <source>Whether learning pays is told from the first saved slice in which the specialist took part.</source>
        <translation>L&apos;utilité de l&apos;apprentissage est indiquée dès la première coupe enregistrée à laquelle le spécialiste a pris part.</translation>
    </message>
    <message>
        <source>Learning has made no difference so far: on {slices} saved slices what was shown is as near to what you saved as the {generalist} alone.</source>
        <translation>L&apos;apprentissage n&apos;a rien changé jusqu&apos;ici&#xa0;: sur {slices} coupes enregistrées, ce qui a été affiché est aussi proche de ce que vous avez enregistré que le généraliste seul ({generalist}).</translation>
    </message>
    <message>
        <source>Learning has paid so far: on {slices} saved slices what was shown is nearer to what you saved than the {generalist} alone, by {dice:.3f} Dice.</source>
        <translation>L&apos;apprentissage a été payant jusqu&apos;ici&#xa0;: sur {slices} coupes enregistrées, ce qui a été affiché est plus proche de ce que vous avez enregistré que le généraliste seul ({generalist}), de {dice:.3f} Dice.</translation>
    </message>
    <message>
        <source>Learning has not paid so far: on {slices} saved slices what was shown is farther from what you saved than the {generalist} alone, by {dice:.3f} Dice.</source>
        <translation>L&apos;apprentissage n&apos;a pas été payant jusqu&apos;ici&#xa0;: sur {slices} coupes enregistrées, ce qui a été affiché est plus loin de ce que vous avez enregistré que le généraliste seul ({generalist}), de {dice:.3f} Dice.</translation>
    </message>
    <message>
        <source>On {known} slices of this scene that is about {voxels} voxels fewer to change.</source>
        <translation>Sur {known} coupes de cette scène, cela fait environ {voxels} voxels de moins à modifier.</translation>
    </message>
    <message>
        <source>On {known} slices of this scene that is about {voxels} voxels more to change.</source>
        <translation>Sur {known} coupes de cette scène, cela fait environ {voxels} voxels de plus à modifier.</translation>
    </message>
    <message>
        <source>gone over again</source>
        <translation>nouveau passage</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 coupe</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} coupes</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>en usage</translation>
    </message>
    <message>
        <source>learned</source>
        <translation>apprise</translation>
    </message>
    <message>
        <source>discarded: {reason}</source>
        <translation>rejetée&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} s</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>inchangée</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>corrigée</translation>
    </message>
    <message>
        <source>{left} saved slices are not in the version that is in use.</source>
        <translation>{left} coupes enregistrées ne sont pas dans la version utilisée.</translation>
    </message>
</context>
<context>
    <name>Panel.OnwardPanel</name>
    <message>
        <source>There is no proposal on the slice on display.</source>
        <translation>Il n&apos;y a pas de proposition sur la coupe affichée.</translation>
    </message>
    <message>
        <source>Accept the proposal as it is, save the slice and show the next one.</source>
        <translation>Accepter la proposition telle quelle, enregistrer la coupe et afficher la suivante.</translation>
    </message>
    <message>
        <source>Save the slice as it is now and show the next one.</source>
        <translation>Enregistrer la coupe telle qu&apos;elle est et afficher la suivante.</translation>
    </message>
    <message>
        <source>Accept, save, next</source>
        <translation>OK, enreg., suite</translation>
    </message>
    <message>
        <source>Save, next</source>
        <translation>Enregistrer, suite</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Touches</translation>
    </message>
    <message>
        <source>The keys are switched off in Settings.</source>
        <translation>Les touches sont désactivées dans Réglages.</translation>
    </message>
    <message>
        <source>Show what the keys do in the slice view in use.</source>
        <translation>Afficher dans la vue de coupe en usage ce que font les touches.</translation>
    </message>
</context>
<context>
    <name>Panel.PreparingRow</name>
    <message>
        <source>Stop preparing this slice. Your marks stay; the next one asks again.</source>
        <translation>Arrêter de préparer cette coupe. Vos marques restent&#xa0;; la suivante demande de nouveau.</translation>
    </message>
</context>
<context>
    <name>Panel.PresencePicture</name>
    <message>
        <source>settled</source>
        <translation>réglées</translation>
    </message>
    <message>
        <source>found</source>
        <translation>trouvées</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vides</translation>
    </message>
    <message>
        <source>not looked at</source>
        <translation>non vues</translation>
    </message>
    <message>
        <source>nothing proposed</source>
        <translation>sans proposition</translation>
    </message>
    <message>
        <source>slice {index}: {told}</source>
        <translation>coupe {index}&#xa0;: {told}</translation>
    </message>
    <message>
        <source>{count} {standing}</source>
        <translation>{count} {standing}</translation>
    </message>
    <message>
        <source>On display, {slice}.</source>
        <translation>À l&apos;écran&#xa0;: {slice}.</translation>
    </message>
    <message>
        <source>Of {count} slices: {told}. {here}</source>
        <translation>Sur {count} coupes&#xa0;: {told}. {here}</translation>
    </message>
    <message>
        <source>No curve: the task has not learned yet where it is.</source>
        <translation>Pas de courbe&#xa0;: la tâche n&apos;a pas encore appris où est la structure.</translation>
    </message>
    <message>
        <source>presence 0 to 1</source>
        <translation>présence 0 à 1</translation>
    </message>
    <message>
        <source>Slices along the volume</source>
        <translation>Coupes le long du volume</translation>
    </message>
    <message>
        <source>proposed</source>
        <translation>proposée</translation>
    </message>
    <message>
        <source>open</source>
        <translation>à traiter</translation>
    </message>
    <message>
        <source>Along the volume: which slices are settled, proposed or open. A click goes to a slice.</source>
        <translation>Le long du volume&#xa0;: quelles coupes sont réglées, proposées ou à traiter. Un clic mène à une coupe.</translation>
    </message>
    <message>
        <source>The slices of the volume are drawn here.</source>
        <translation>Les coupes du volume sont dessinées ici.</translation>
    </message>
</context>
<context>
    <name>Panel.PromptPanel</name>
    <message>
        <source>There is no prompt yet.</source>
        <translation>Il n&apos;y a pas encore de marque.</translation>
    </message>
    <message>
        <source>Select a prompt in the list first.</source>
        <translation>Choisissez d&apos;abord une marque dans la liste.</translation>
    </message>
    <message>
        <source>Take back the last click or line of the selected object.</source>
        <translation>Reprendre le dernier clic ou trait de l&apos;objet choisi.</translation>
    </message>
    <message>
        <source>Remove the selected object with all that shows it.</source>
        <translation>Retirer l&apos;objet choisi avec tout ce qui le montre.</translation>
    </message>
    <message>
        <source>Remove all prompts. Your segments stay as they are.</source>
        <translation>Retirer toutes les marques. Vos segments restent tels quels.</translation>
    </message>
    <message>
        <source>Drag a box around the object in any slice view.</source>
        <translation>Tracez un cadre autour de l&apos;objet dans une vue de coupe.</translation>
    </message>
    <message>
        <source>Draw a line around the object in any slice view, roughly.</source>
        <translation>Entourez l&apos;objet à peu près dans une vue de coupe.</translation>
    </message>
    <message>
        <source>Draw a line on the object in any slice view; with Ctrl, on what does not belong to it.</source>
        <translation>Tracez un trait sur l&apos;objet dans une vue de coupe&#xa0;; avec Ctrl, sur ce qui n&apos;en fait pas partie.</translation>
    </message>
    <message>
        <source>Click inside the object in any slice view.</source>
        <translation>Cliquez dans l&apos;objet dans une vue de coupe.</translation>
    </message>
    <message>
        <source>Click on what does not belong to the object.</source>
        <translation>Cliquez sur ce qui ne fait pas partie de l&apos;objet.</translation>
    </message>
    <message>
        <source>Choose how to mark it, then mark the object in any slice view.</source>
        <translation>Choisissez comment marquer, puis marquez l&apos;objet dans une vue de coupe.</translation>
    </message>
    <message>
        <source>Drag a box around an object. Each box begins a new object. Press again to stop.</source>
        <translation>Tracer un cadre autour d&apos;un objet. Chaque cadre commence un nouvel objet. Cliquez de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>Draw around an object, roughly. Each lasso begins a new object. Press again to stop.</source>
        <translation>Entourer un objet à peu près. Chaque lasso commence un nouvel objet. Cliquez de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>Draw a line on the object, or with Ctrl held on what does not belong to it; refines the proposal on this slice. Press again to stop.</source>
        <translation>Tracer un trait sur l&apos;objet, ou, avec Ctrl, sur ce qui n&apos;en fait pas partie&#xa0;; précise la proposition sur cette coupe. Cliquez de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>Click inside the object; refines the proposal on this slice. Press again to stop.</source>
        <translation>Cliquer dans l&apos;objet&#xa0;; précise la proposition sur cette coupe. Cliquez de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>Click on what the proposal took by mistake. Press again to stop.</source>
        <translation>Cliquer sur ce que la proposition a pris à tort. Cliquez de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>A proposal is on display.</source>
        <translation>Une proposition est affichée.</translation>
    </message>
    <message>
        <source>No proposal on the slices on display.</source>
        <translation>Pas de proposition sur les coupes affichées.</translation>
    </message>
    <message>
        <source>There is no proposal on the slices on display.</source>
        <translation>Il n&apos;y a pas de proposition sur les coupes affichées.</translation>
    </message>
    <message>
        <source>Add the proposal to your segment, as one step that the editor can undo.</source>
        <translation>Ajouter la proposition à votre segment, en une étape que l&apos;éditeur peut annuler.</translation>
    </message>
    <message>
        <source>Take the proposal away. Your segment stays as it is.</source>
        <translation>Enlever la proposition. Votre segment reste tel quel.</translation>
    </message>
    <message>
        <source>Save the slices on display. Each saved slice teaches the task.</source>
        <translation>Enregistrer les coupes affichées. Chaque coupe enregistrée instruit la tâche.</translation>
    </message>
    <message>
        <source>No accepted or edited slice waits to be saved.</source>
        <translation>Aucune coupe acceptée ou retouchée n&apos;attend d&apos;être enregistrée.</translation>
    </message>
    <message>
        <source>Save every accepted or edited slice that was on display after its last change.</source>
        <translation>Enregistrer chaque coupe acceptée ou retouchée qui a été affichée après sa dernière modification.</translation>
    </message>
    <message>
        <source>Save that the structure is nowhere on this slice. A proposal on it is refused; your own voxels stay.</source>
        <translation>Enregistrer que la structure n&apos;est nulle part sur cette coupe. Une proposition y est refusée&#xa0;; vos propres voxels restent.</translation>
    </message>
    <message>
        <source>{tip} Key: {key}</source>
        <translation>{tip} Touche&#xa0;: {key}</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Cadre</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Trait</translation>
    </message>
    <message>
        <source>+ Point</source>
        <translation>+ Point</translation>
    </message>
    <message>
        <source>− Point</source>
        <translation>− Point</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Accepter</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Rejeter</translation>
    </message>
    <message>
        <source>Save slice</source>
        <translation>Enregistrer</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>Rien ici</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Afficher</translation>
    </message>
    <message>
        <source>{count} proposed</source>
        <translation>{count} proposées</translation>
    </message>
    <message>
        <source>{count} accepted</source>
        <translation>{count} acceptées</translation>
    </message>
    <message>
        <source>{count} edited</source>
        <translation>{count} retouchées</translation>
    </message>
    <message>
        <source>{count} saved</source>
        <translation>{count} enregistrées</translation>
    </message>
    <message>
        <source>Accept a proposal or draw with the Segment Editor below, then save: that is what teaches.</source>
        <translation>Acceptez une proposition ou dessinez plus bas dans Segment Editor, puis enregistrez&#xa0;: c&apos;est cela qui instruit.</translation>
    </message>
    <message>
        <source>{count} changed but not looked at</source>
        <translation>{count} modifiées mais non vues</translation>
    </message>
    <message>
        <source>Slices: {parts}.</source>
        <translation>Coupes&#xa0;: {parts}.</translation>
    </message>
    <message>
        <source>3  Proposal, repair, save</source>
        <translation>3  Proposer, retoucher, enregistrer</translation>
    </message>
    <message>
        <source>{title}: {view}, {plane} {index}</source>
        <translation>{title} : {view}, {plane} {index}</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewList</name>
    <message>
        <source>The volume of the slice is not in the scene any more. Choose another one.</source>
        <translation>Le volume de la coupe n&apos;est plus dans la scène. Choisissez-en un autre.</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewPanel</name>
    <message>
        <source>{done} of {total} slices</source>
        <translation>{done} coupes sur {total}</translation>
    </message>
    <message>
        <source>Slices are being proposed.</source>
        <translation>Des coupes sont en train d&apos;être proposées.</translation>
    </message>
    <message>
        <source>Accept or draw the structure on one slice first: it is the seed.</source>
        <translation>Acceptez ou dessinez d&apos;abord la structure sur une coupe&#xa0;: c&apos;est le point de départ.</translation>
    </message>
    <message>
        <source>The first slice lies behind the last one.</source>
        <translation>La première coupe est après la dernière.</translation>
    </message>
    <message>
        <source>Propose on every slice of the range, starting at the slices that you accepted or edited.</source>
        <translation>Proposer sur chaque coupe de la plage, à partir des coupes que vous avez acceptées ou retouchées.</translation>
    </message>
    <message>
        <source>Save the structure on one slice first: it tells where to look.</source>
        <translation>Enregistrez d&apos;abord la structure sur une coupe&#xa0;: elle dit où chercher.</translation>
    </message>
    <message>
        <source>Look for the structure, without a box or a click, where nobody has filled, saved or prompted a slice.</source>
        <translation>Chercher la structure, sans cadre ni clic, là où personne n&apos;a rempli, enregistré ou marqué de coupe.</translation>
    </message>
    <message>
        <source>Propose on the slices beside the one on display.</source>
        <translation>Proposer sur les coupes voisines de celle affichée.</translation>
    </message>
    <message>
        <source>Nothing is under way.</source>
        <translation>Rien n&apos;est en cours.</translation>
    </message>
    <message>
        <source>Stop; the proposals that came stay.</source>
        <translation>Arrêter&#xa0;; les propositions arrivées restent.</translation>
    </message>
    <message>
        <source>Choose a volume first.</source>
        <translation>Choisissez d&apos;abord un volume.</translation>
    </message>
    <message>
        <source>The whole volume along the direction of the view.</source>
        <translation>Tout le volume dans la direction de la vue.</translation>
    </message>
    <message>
        <source>The slice on display alone.</source>
        <translation>La coupe affichée seulement.</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 coupe</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} coupes</translation>
    </message>
    <message>
        <source>No proposal has an estimated quality as high as that.</source>
        <translation>Aucune proposition n&apos;a une qualité estimée aussi haute.</translation>
    </message>
    <message>
        <source>Accept these proposals without a look at each; they are listed then.</source>
        <translation>Accepter ces propositions sans les regarder une à une&#xa0;; elles sont ensuite listées.</translation>
    </message>
    <message>
        <source>Review ({count})</source>
        <translation>Revue ({count})</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Revue</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewTexts</name>
    <message>
        <source>nothing here</source>
        <translation>rien ici</translation>
    </message>
    <message>
        <source>found</source>
        <translation>trouvées</translation>
    </message>
    <message>
        <source>{state}, generalist alone</source>
        <translation>{state}, généraliste seul</translation>
    </message>
    <message>
        <source>{state}, specialist alone</source>
        <translation>{state}, spécialiste seul</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vides</translation>
    </message>
    <message>
        <source>proposed</source>
        <translation>proposée</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>acceptée</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>retouchée</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>enregistrée</translation>
    </message>
    <message>
        <source>Find looks where your saved slices had it.</source>
        <translation>Chercher regarde là où vos coupes enregistrées l&apos;avaient.</translation>
    </message>
    <message>
        <source>Find was taught with {there} slices with it and {empty} without it.</source>
        <translation>Chercher a appris de {there} coupes avec elle et de {empty} sans elle.</translation>
    </message>
    <message>
        <source>{told} Go to a slice without it and press Nothing here.</source>
        <translation>{told} Allez sur une coupe sans elle et cliquez sur Rien ici.</translation>
    </message>
    <message>
        <source>Proposals to decide on: {count}; click one to see it.</source>
        <translation>Propositions à décider&#xa0;: {count}&#xa0;; cliquez sur l&apos;une pour la voir.</translation>
    </message>
    <message>
        <source>Changed but not looked at, so not taught: {count}.</source>
        <translation>Modifiées mais non vues, donc non apprises&#xa0;: {count}.</translation>
    </message>
    <message>
        <source>No proposal waits.</source>
        <translation>Aucune proposition n&apos;attend.</translation>
    </message>
    <message>
        <source>Cancelled after {done} of {total} slices; the proposals that came stay.</source>
        <translation>Annulé après {done} coupes sur {total}&#xa0;; les propositions arrivées restent.</translation>
    </message>
    <message>
        <source>It ended early, after {done} of {total} slices; the status line says why.</source>
        <translation>Arrêt prématuré, après {done} coupes sur {total}&#xa0;; la ligne d&apos;état dit pourquoi.</translation>
    </message>
    <message>
        <source>Looked at {total} slices and found it on {found}.</source>
        <translation>{total} coupes regardées, trouvée sur {found}.</translation>
    </message>
    <message>
        <source>Nothing was proposed: it ends on the slices beside those that are filled.</source>
        <translation>Rien n&apos;a été proposé&#xa0;: la structure s&apos;arrête sur les coupes voisines de celles qui sont remplies.</translation>
    </message>
    <message>
        <source>Proposed on all {total} slices that were asked for.</source>
        <translation>Proposée sur les {total} coupes demandées.</translation>
    </message>
    <message>
        <source>Proposed on {found} of {total} slices, until it was not seen any more.</source>
        <translation>Proposée sur {found} coupes sur {total}, jusqu&apos;à ce que la structure ne soit plus vue.</translation>
    </message>
</context>
<context>
    <name>Panel.Sections</name>
    <message>
        <source>1  Image, segment and task</source>
        <translation>1  Image, segment et tâche</translation>
    </message>
    <message>
        <source>1  {chosen}</source>
        <translation>1  {chosen}</translation>
    </message>
</context>
<context>
    <name>Panel.SeedsPanel</name>
    <message>
        <source>Slices are being proposed.</source>
        <translation>Des coupes sont en train d&apos;être proposées.</translation>
    </message>
    <message>
        <source>Continue the segment that is there already: propose on the slices beside those that it fills, in the direction of the view. Nothing is taught by it.</source>
        <translation>Prolonger le segment déjà présent&#xa0;: proposer sur les coupes voisines de celles qu&apos;il remplit, dans la direction de la vue. Rien n&apos;en est appris.</translation>
    </message>
    <message>
        <source>Propose on the slices that lie between two filled ones, in the direction of the view.</source>
        <translation>Proposer sur les coupes situées entre deux coupes remplies, dans la direction de la vue.</translation>
    </message>
    <message>
        <source>Save some slices of the segment as lessons, too, spread over it: at most 12. Else nothing is taught.</source>
        <translation>Enregistrer aussi quelques coupes du segment comme leçons, réparties sur lui&#xa0;: 12 au plus. Sinon rien n&apos;est appris.</translation>
    </message>
</context>
<context>
    <name>Panel.SettingsPanel</name>
    <message>
        <source>Automatic</source>
        <translation>Automatique</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Processeur (CPU)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>Carte graphique NVIDIA (CUDA)</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>Pas du tout</translation>
    </message>
    <message>
        <source>A little after each save</source>
        <translation>Un peu après chaque coupe</translation>
    </message>
    <message>
        <source>As long as it helps</source>
        <translation>Tant que cela aide</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Dossier</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Asking the server ...</source>
        <translation>Le serveur est interrogé ...</translation>
    </message>
    <message>
        <source>The diagnostics are in the clipboard.</source>
        <translation>Le diagnostic est dans le presse-papiers.</translation>
    </message>
    <message>
        <source>Tick the box above first: a server is used only if you say so.</source>
        <translation>Cochez d&apos;abord la case ci-dessus&#xa0;: un serveur n&apos;est utilisé que si vous le dites.</translation>
    </message>
    <message>
        <source>Address of the AuxOL server, with its port.</source>
        <translation>Adresse du serveur AuxOL, avec son port.</translation>
    </message>
    <message>
        <source>The token that the keeper of the server gave you; kept on this machine.</source>
        <translation>Le jeton que le responsable du serveur vous a donné&#xa0;; gardé sur cette machine.</translation>
    </message>
    <message>
        <source>Enter the address of the server first.</source>
        <translation>Indiquez d&apos;abord l&apos;adresse du serveur.</translation>
    </message>
    <message>
        <source>Ask the server who it is. No image is sent.</source>
        <translation>Demander au serveur qui il est. Aucune image n&apos;est envoyée.</translation>
    </message>
    <message>
        <source>The engine is not running.</source>
        <translation>Le moteur ne tourne pas.</translation>
    </message>
    <message>
        <source>Nothing that was saved is lost.</source>
        <translation>Rien de ce qui a été enregistré n&apos;est perdu.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Démarrer le moteur</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Redémarrer le moteur</translation>
    </message>
    <message>
        <source>As Slicer</source>
        <translation>Comme Slicer</translation>
    </message>
</context>
<context>
    <name>Panel.SetupPanel</name>
    <message>
        <source>The engine needs packages that this Slicer has not: {names}.</source>
        <translation>Le moteur a besoin de paquets que ce Slicer n&apos;a pas&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>The installation is under way.</source>
        <translation>L&apos;installation est en cours.</translation>
    </message>
    <message>
        <source>Everything is installed. Press Start engine.</source>
        <translation>Tout est installé. Cliquez sur Démarrer le moteur.</translation>
    </message>
    <message>
        <source>Everything is installed. The engine is being started.</source>
        <translation>Tout est installé. Le moteur démarre.</translation>
    </message>
</context>
<context>
    <name>Panel.Shortcuts</name>
    <message>
        <source>box</source>
        <translation>cadre</translation>
    </message>
    <message>
        <source>lasso</source>
        <translation>lasso</translation>
    </message>
    <message>
        <source>scribble</source>
        <translation>trait</translation>
    </message>
    <message>
        <source>point on it; Shift: new object</source>
        <translation>point dessus&#xa0;; Shift&#xa0;: nouvel objet</translation>
    </message>
    <message>
        <source>point beside it</source>
        <translation>point à côté</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Suppr</translation>
    </message>
    <message>
        <source>remove point under mouse</source>
        <translation>retirer le point sous la souris</translation>
    </message>
    <message>
        <source>accept</source>
        <translation>accepter</translation>
    </message>
    <message>
        <source>accept, save, next slice</source>
        <translation>accepter, enregistrer, coupe suivante</translation>
    </message>
    <message>
        <source>discard</source>
        <translation>rejeter</translation>
    </message>
    <message>
        <source>save</source>
        <translation>enregistrer</translation>
    </message>
    <message>
        <source>save, next slice</source>
        <translation>enregistrer, coupe suivante</translation>
    </message>
    <message>
        <source>nothing here</source>
        <translation>rien ici</translation>
    </message>
    <message>
        <source>compare the models</source>
        <translation>comparer les modèles</translation>
    </message>
    <message>
        <source>show or hide proposals</source>
        <translation>afficher ou masquer les propositions</translation>
    </message>
    <message>
        <source>this list</source>
        <translation>cette liste</translation>
    </message>
</context>
<context>
    <name>Panel.Widget</name>
    <message>
        <source>AuxOLSegment could not do this.</source>
        <translation>AuxOLSegment n&apos;a pas pu faire cela.</translation>
    </message>
    <message>
        <source>Ready: mark the object with a box or a point.</source>
        <translation>Prêt&#xa0;: marquez l&apos;objet avec un cadre ou un point.</translation>
    </message>
    <message>
        <source>Engine: not running.</source>
        <translation>Moteur&#xa0;: arrêté.</translation>
    </message>
    <message>
        <source>Engine: starting ...</source>
        <translation>Moteur&#xa0;: démarrage ...</translation>
    </message>
    <message>
        <source>Engine: ready.</source>
        <translation>Moteur&#xa0;: prêt.</translation>
    </message>
    <message>
        <source>Engine: failed.</source>
        <translation>Moteur&#xa0;: en panne.</translation>
    </message>
    <message>
        <source>Packages are missing: install them below first.</source>
        <translation>Il manque des paquets&#xa0;: installez-les d&apos;abord ci-dessous.</translation>
    </message>
    <message>
        <source>Start it here, or connect to the server in Settings.</source>
        <translation>Le démarrer ici, ou se connecter au serveur indiqué dans Réglages.</translation>
    </message>
    <message>
        <source>Mark the object with a box or a point; it is answered as soon as the engine is there.</source>
        <translation>Marquez l&apos;objet avec un cadre ou un point&#xa0;; la réponse vient dès que le moteur est là.</translation>
    </message>
</context>
<context>
    <name>Panel.WindowRow</name>
    <message>
        <source>Have the task &apos;{task}&apos; see other greys? Its {count} saved slices are brought to them and learned again. What the window of before had cut off is not known any more.</source>
        <translation>La tâche «&#xa0;{task}&#xa0;» doit-elle voir d&apos;autres gris&#xa0;? Ses {count} coupes enregistrées y sont converties et réapprises. Ce que la fenêtre précédente avait coupé n&apos;est plus connu.</translation>
    </message>
    <message>
        <source>Grey window</source>
        <translation>Fenêtre de gris</translation>
    </message>
    <message>
        <source>Choose or create a task first.</source>
        <translation>Choisissez ou créez d&apos;abord une tâche.</translation>
    </message>
    <message>
        <source>This engine cannot change it.</source>
        <translation>Ce moteur ne peut pas la changer.</translation>
    </message>
    <message>
        <source>Low has to be under high.</source>
        <translation>La valeur basse doit être sous la valeur haute.</translation>
    </message>
    <message>
        <source>It is not set.</source>
        <translation>Elle n&apos;est pas fixée.</translation>
    </message>
    <message>
        <source>Have the task see these greys, and learn again.</source>
        <translation>Faire voir ces gris à la tâche, et réapprendre.</translation>
    </message>
    <message>
        <source>Take the greys of the chosen volume, without padding.</source>
        <translation>Prendre les gris du volume choisi, sans le remplissage.</translation>
    </message>
    <message>
        <source>Let the next volume that is prompted set it.</source>
        <translation>Laisser le prochain volume marqué la fixer.</translation>
    </message>
    <message>
        <source>Sees greys from {low:g} to {high:g}.</source>
        <translation>Voit les gris de {low:g} à {high:g}.</translation>
    </message>
    <message>
        <source>Grey window: the next volume that is prompted sets it.</source>
        <translation>Fenêtre de gris&#xa0;: le prochain volume marqué la fixe.</translation>
    </message>
    <message>
        <source>Sees {words} (as it was set).</source>
        <translation>Voit {words} (valeur fixée).</translation>
    </message>
    <message>
        <source>Sees {words} (of a whole volume).</source>
        <translation>Voit {words} (d&apos;un volume entier).</translation>
    </message>
    <message>
        <source>Sees {words} (of a single slice).</source>
        <translation>Voit {words} (d&apos;une seule coupe).</translation>
    </message>
    <message>
        <source>Sees {words}.</source>
        <translation>Voit {words}.</translation>
    </message>
    <message>
        <source>{share:.0%} of what its lessons show was cut off by the window of before.</source>
        <translation>{share:.0%} de ce que montrent ses leçons avait été coupé par la fenêtre précédente.</translation>
    </message>
</context>
<context>
    <name>Prompts.Drag</name>
    <message>
        <source>Choose a volume first.</source>
        <translation>Choisissez d&apos;abord un volume.</translation>
    </message>
</context>
<context>
    <name>Prompts.DragTools</name>
    <message>
        <source>The box holds no pixel of the image. Drag it around the structure.</source>
        <translation>Le cadre ne contient aucun pixel de l&apos;image. Tracez-le autour de la structure.</translation>
    </message>
    <message>
        <source>The lasso holds no pixel of the image. Draw it around the structure.</source>
        <translation>Le lasso ne contient aucun pixel de l&apos;image. Tracez-le autour de la structure.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptBook</name>
    <message>
        <source>The object is no longer there.</source>
        <translation>L&apos;objet n&apos;existe plus.</translation>
    </message>
    <message>
        <source>box</source>
        <translation>cadre</translation>
    </message>
    <message>
        <source>lasso</source>
        <translation>lasso</translation>
    </message>
    <message>
        <source>1 scribble</source>
        <translation>1 trait</translation>
    </message>
    <message>
        <source>{count} scribbles</source>
        <translation>{count} traits</translation>
    </message>
    <message>
        <source>1 point</source>
        <translation>1 point</translation>
    </message>
    <message>
        <source>{count} points</source>
        <translation>{count} points</translation>
    </message>
    <message>
        <source>slice {index}</source>
        <translation>coupe {index}</translation>
    </message>
    <message>
        <source>second direction, slice {index}</source>
        <translation>deuxième direction, coupe {index}</translation>
    </message>
    <message>
        <source>third direction, slice {index}</source>
        <translation>troisième direction, coupe {index}</translation>
    </message>
    <message>
        <source>A negative point or scribble alone shows no object. Click inside the object or drag a box around it first.</source>
        <translation>Un point ou un trait négatif seul ne montre aucun objet. Cliquez d&apos;abord dans l&apos;objet ou tracez un cadre autour.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptNodes</name>
    <message>
        <source>Positive points</source>
        <translation>Points positifs</translation>
    </message>
    <message>
        <source>Negative points</source>
        <translation>Points négatifs</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Cadre</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Trait</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptReader</name>
    <message>
        <source>Choose a volume first.</source>
        <translation>Choisissez d&apos;abord un volume.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptTools</name>
    <message>
        <source>The click lies outside the image. Click on the image.</source>
        <translation>Le clic est en dehors de l&apos;image. Cliquez sur l&apos;image.</translation>
    </message>
    <message>
        <source>The point lies on no slice on display. Click in a slice view.</source>
        <translation>Le point n&apos;est sur aucune coupe affichée. Cliquez dans une vue de coupe.</translation>
    </message>
    <message>
        <source>Another object begins with a point inside it. Take the positive point, then Shift+click.</source>
        <translation>Un autre objet commence par un point à l&apos;intérieur. Prenez le point positif, puis Shift+clic.</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Propose on neighbours</source>
        <translation>Proposer sur les voisines</translation>
    </message>
    <message>
        <source>after each accept</source>
        <translation>à chaque acceptation</translation>
    </message>
    <message>
        <source>Propose on the two neighbouring slices whenever you accept a proposal.</source>
        <translation>Proposer sur les deux coupes voisines chaque fois que vous acceptez une proposition.</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Coupes</translation>
    </message>
    <message>
        <source>First slice index of the range, as the Data Probe counts.</source>
        <translation>Indice de la première coupe de la plage, comme le compte Data Probe.</translation>
    </message>
    <message>
        <source>to</source>
        <translation>à</translation>
    </message>
    <message>
        <source>Last slice index of the range, included.</source>
        <translation>Indice de la dernière coupe de la plage, comprise.</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Cette coupe</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Toutes</translation>
    </message>
    <message>
        <source>Propagate</source>
        <translation>Propager</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Chercher</translation>
    </message>
    <message>
        <source>Where Find looks, in the direction of the view.</source>
        <translation>Où Chercher regarde, dans la direction de la vue.</translation>
    </message>
    <message>
        <source>on this slice</source>
        <translation>sur cette coupe</translation>
    </message>
    <message>
        <source>on slices first to last</source>
        <translation>de la première à la dernière coupe</translation>
    </message>
    <message>
        <source>in the whole volume</source>
        <translation>dans tout le volume</translation>
    </message>
    <message>
        <source>next ones by itself</source>
        <translation>suivantes d&apos;office</translation>
    </message>
    <message>
        <source>After each accepted or saved slice, look on the next three each way that nobody has settled. A prompt ends it.</source>
        <translation>Après chaque coupe acceptée ou enregistrée, regarder de chaque côté sur les trois suivantes que personne n&apos;a réglées. Une marque l&apos;arrête.</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Coupe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Estimated quality</source>
        <translation>Qualité estimée</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Trouvé</translation>
    </message>
    <message>
        <source>Accept all from</source>
        <translation>Tout accepter dès</translation>
    </message>
    <message>
        <source>Estimated quality (expected Dice, 0 to 1) from which proposals are accepted without a look at each.</source>
        <translation>Qualité estimée (Dice attendu, 0 à 1) à partir de laquelle les propositions sont acceptées sans être regardées une à une.</translation>
    </message>
    <message>
        <source>Worst first, or by the column whose heading you press. A click, or the arrow keys, show the slice.</source>
        <translation>Les pires d&apos;abord, ou selon la colonne dont vous cliquez l&apos;en-tête. Un clic, ou les flèches, affichent la coupe.</translation>
    </message>
</context>
<context>
    <name>Scene.EditRules</name>
    <message>
        <source>This version of the module does not know the editor&apos;s editable area ({mode}). Choose another area.</source>
        <translation>Cette version du module ne connaît pas la zone modifiable de l&apos;éditeur ({mode}). Choisissez une autre zone.</translation>
    </message>
</context>
<context>
    <name>Scene.FirstNodes</name>
    <message>
        <source>{volume} segmentation</source>
        <translation>Segmentation de {volume}</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
</context>
<context>
    <name>Scene.Geometry</name>
    <message>
        <source>{name} is under a non-linear transform. Harden the transform, or move the node out of it.</source>
        <translation>{name} est sous une transformation non linéaire. Appliquez-la (Harden), ou retirez-en le nœud.</translation>
    </message>
</context>
<context>
    <name>Scene.ProposalLayer</name>
    <message>
        <source>The proposal is {got} on slice {index}, the volume has {want}. Ask for the proposal again.</source>
        <translation>La proposition fait {got} sur la coupe {index}, le volume {want}. Redemandez la proposition.</translation>
    </message>
    <message>
        <source>AuxOL proposals</source>
        <translation>Propositions AuxOL</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>Propositions</translation>
    </message>
    <message>
        <source>Proposals, second direction</source>
        <translation>Propositions, deuxième direction</translation>
    </message>
    <message>
        <source>Proposals, third direction</source>
        <translation>Propositions, troisième direction</translation>
    </message>
</context>
<context>
    <name>Scene.SampleDownloads</name>
    <message>
        <source>CT: liver with tumours, kidneys
Medical Decathlon, CC BY-SA 4.0
download: at most {megabytes} MB</source>
        <translation>TDM&#xa0;: foie avec tumeurs, reins
Medical Decathlon, CC BY-SA 4.0
téléchargement&#xa0;: {megabytes} Mo au plus</translation>
    </message>
    <message>
        <source>CT angiography: kidneys, aorta
OsiriX library, research and teaching only
download: at most {megabytes} MB</source>
        <translation>Angio-TDM&#xa0;: reins, aorte
bibliothèque OsiriX, recherche et enseignement seulement
téléchargement&#xa0;: {megabytes} Mo au plus</translation>
    </message>
    <message>
        <source>CT angiography: heart
licence: see {home}
download: at most {megabytes} MB</source>
        <translation>Angio-TDM&#xa0;: cœur
licence&#xa0;: voir {home}
téléchargement&#xa0;: {megabytes} Mo au plus</translation>
    </message>
    <message>
        <source>MR: healthy head
donated, no restrictions
download: at most {megabytes} MB</source>
        <translation>IRM&#xa0;: tête saine
don, sans restriction
téléchargement&#xa0;: {megabytes} Mo au plus</translation>
    </message>
    <message>
        <source>MR: brain tumour
licence: see {home}
download: at most {megabytes} MB</source>
        <translation>IRM&#xa0;: tumeur cérébrale
licence&#xa0;: voir {home}
téléchargement&#xa0;: {megabytes} Mo au plus</translation>
    </message>
    <message>
        <source>The scan {file} could not be downloaded from {address}, or what came is not what was expected. The log of the module Sample Data says why. Check the network and press it again, or go on with {sample}, which is part of the extension and needs no network.</source>
        <translation>L&apos;examen {file} n&apos;a pas pu être téléchargé de {address}, ou ce qui est arrivé n&apos;est pas ce qui était attendu. Le journal du module Sample Data dit pourquoi. Vérifiez le réseau et cliquez de nouveau dessus, ou continuez avec {sample}, qui fait partie de l&apos;extension et ne demande aucun réseau.</translation>
    </message>
</context>
<context>
    <name>Scene.SegmentReader</name>
    <message>
        <source>The segment is no longer there. Choose or add a segment.</source>
        <translation>Le segment n&apos;existe plus. Choisissez ou ajoutez un segment.</translation>
    </message>
    <message>
        <source>The segmentation {name} is stored as {kind}. Convert it to binary labelmap in module Segmentations.</source>
        <translation>La segmentation {name} est stockée en {kind}. Convertissez-la en labelmap binaire dans le module Segmentations.</translation>
    </message>
</context>
<context>
    <name>Scene.SegmentWriter</name>
    <message>
        <source>The mask is {got}, the slice is {want} (rows, columns). Ask for the proposal again.</source>
        <translation>Le masque fait {got}, la coupe {want} (lignes, colonnes). Redemandez la proposition.</translation>
    </message>
</context>
<context>
    <name>Scene.VolumeReader</name>
    <message>
        <source>Choose a volume that has an image.</source>
        <translation>Choisissez un volume qui a une image.</translation>
    </message>
    <message>
        <source>The volume has four components (colour with transparency). Load it again without transparency, as RGB.</source>
        <translation>Le volume a quatre composantes (couleur avec transparence). Rechargez-le sans transparence, en RVB.</translation>
    </message>
    <message>
        <source>The volume has {count} components; choose a grey (1) or RGB (3) volume.</source>
        <translation>Le volume a {count} composantes&#xa0;; choisissez un volume gris (1) ou RVB (3).</translation>
    </message>
    <message>
        <source>The volume is only {size} voxels large; a slice needs at least {side} pixels a side.</source>
        <translation>Le volume ne fait que {size} voxels&#xa0;; une coupe demande au moins {side} pixels de côté.</translation>
    </message>
    <message>
        <source>The volume is under a non-linear transform. Harden the transform in the module Transforms.</source>
        <translation>Le volume est sous une transformation non linéaire. Appliquez-la (Harden) dans le module Transforms.</translation>
    </message>
    <message>
        <source>The volume has no image. Choose another one.</source>
        <translation>Le volume n&apos;a pas d&apos;image. Choisissez-en un autre.</translation>
    </message>
    <message>
        <source>The volume has the slices 0 to {last}, not {index}.</source>
        <translation>Le volume a les coupes 0 à {last}, pas {index}.</translation>
    </message>
    <message>
        <source>The view {name} is not aligned with the voxels of the volume. Rotate it to the volume plane.</source>
        <translation>La vue {name} n&apos;est pas alignée sur les voxels du volume. Alignez-la sur le volume.</translation>
    </message>
    <message>
        <source>The view {name} shows the volume edge-on, where it is one voxel thin. Rotate it to the volume plane.</source>
        <translation>La vue {name} montre le volume par la tranche, où il n&apos;a qu&apos;un voxel. Alignez-la sur le volume.</translation>
    </message>
    <message>
        <source>The view {name} shows a plane beside the volume. Scroll it back.</source>
        <translation>La vue {name} montre un plan à côté du volume. Revenez en arrière.</translation>
    </message>
    <message>
        <source>The view {name} does not show {volume}, the chosen volume. Show it there, or choose what it shows.</source>
        <translation>La vue {name} n&apos;affiche pas {volume}, le volume choisi. Affichez-le là, ou choisissez ce qu&apos;elle affiche.</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Coupe</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittale</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Coronale</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axiale</translation>
    </message>
    <message>
        <source>The view {name} shows a thick slab of many slices. Switch its slab reconstruction off.</source>
        <translation>La vue {name} montre une tranche épaisse de plusieurs coupes. Désactivez-y la reconstruction de tranche.</translation>
    </message>
</context>
<context>
    <name>SeedsPanel</name>
    <message>
        <source>Use as seeds</source>
        <translation>Prolonger</translation>
    </message>
    <message>
        <source>and teach them</source>
        <translation>et apprendre</translation>
    </message>
    <message>
        <source>Save some slices of the segment as lessons, too, spread over it: at most 12. Without it nothing is taught.</source>
        <translation>Enregistrer aussi quelques coupes du segment comme leçons, réparties sur lui&#xa0;: 12 au plus. Sans cela rien n&apos;est appris.</translation>
    </message>
    <message>
        <source>Fill between</source>
        <translation>Remplir entre</translation>
    </message>
</context>
<context>
    <name>Session.AcceptFlow</name>
    <message>
        <source>No proposal on this slice</source>
        <translation>Pas de proposition sur cette coupe</translation>
    </message>
    <message>
        <source>There is no proposal on this slice to accept</source>
        <translation>Il n&apos;y a pas de proposition à accepter sur cette coupe</translation>
    </message>
    <message>
        <source>Accepted; repair it if needed, then save</source>
        <translation>Acceptée&#xa0;; retouchez au besoin, puis enregistrez</translation>
    </message>
    <message>
        <source>The task has learned meanwhile and proposes more for this slice: accept that too, or discard it</source>
        <translation>La tâche a appris entre-temps et propose davantage pour cette coupe&#xa0;: acceptez cela aussi, ou rejetez-le</translation>
    </message>
    <message>
        <source>There is no proposal on this slice to discard</source>
        <translation>Il n&apos;y a pas de proposition à rejeter sur cette coupe</translation>
    </message>
    <message>
        <source>expected Dice {quality:.2f}; {generalist} {share:.0%}, specialist {own:.0%}, version {version}</source>
        <translation>Dice attendu {quality:.2f} ; {generalist} {share:.0%}, spécialiste {own:.0%}, version {version}</translation>
    </message>
    <message>
        <source>{count} objects, {told}</source>
        <translation>{count} objets, {told}</translation>
    </message>
    <message>
        <source>The Segment Editor&apos;s masking keeps the proposal out of the segment. Change it, then accept again</source>
        <translation>Le masquage du Segment Editor tient la proposition hors du segment. Modifiez-le, puis acceptez de nouveau</translation>
    </message>
    <message>
        <source>Accepted, but for {count} pixels that the Segment Editor&apos;s masking keeps out</source>
        <translation>Accepté, sauf {count} pixels que le masquage du Segment Editor tient dehors</translation>
    </message>
    <message>
        <source>Accepted. The segmentation&apos;s voxels are thicker than the slices, so it is on a slice beside this one, too. Give it the volume&apos;s geometry (Segment Editor, Specify geometry)</source>
        <translation>Accepté. Les voxels de la segmentation sont plus épais que les coupes : il se trouve aussi sur une coupe voisine. Donnez-lui la géométrie du volume (Segment Editor, Specify geometry)</translation>
    </message>
    <message>
        <source>Nothing of the proposal is left to accept. Discard it, or press Nothing here if the slice is empty</source>
        <translation>Il ne reste rien de la proposition à accepter. Rejetez-la, ou appuyez sur « Rien ici » si la coupe est vide</translation>
    </message>
</context>
<context>
    <name>Session.Comparing</name>
    <message>
        <source>There is no proposal on this slice to compare</source>
        <translation>Il n&apos;y a pas de proposition à comparer sur cette coupe</translation>
    </message>
    <message>
        <source>The specialist alone</source>
        <translation>Le spécialiste seul</translation>
    </message>
    <message>
        <source>The generalist alone: {generalist}</source>
        <translation>Le généraliste seul&#xa0;: {generalist}</translation>
    </message>
    <message>
        <source>Generalist and specialist together</source>
        <translation>Généraliste et spécialiste ensemble</translation>
    </message>
    <message>
        <source>The engine has this proposal no more. Prompt again to compare</source>
        <translation>Le moteur n&apos;a plus cette proposition. Marquez de nouveau pour comparer</translation>
    </message>
    <message>
        <source>{shown}. The specialist says nothing of its own yet</source>
        <translation>{shown}. Le spécialiste ne dit encore rien de lui-même</translation>
    </message>
</context>
<context>
    <name>Session.EngineFlow</name>
    <message>
        <source>The server answers: AuxOL {version}</source>
        <translation>Le serveur répond&#xa0;: AuxOL {version}</translation>
    </message>
    <message>
        <source>The server does not answer; it is asked again until it does. Nothing saved is lost</source>
        <translation>Le serveur ne répond pas&#xa0;; il est interrogé jusqu&apos;à ce qu&apos;il le fasse. Rien d&apos;enregistré n&apos;est perdu</translation>
    </message>
    <message>
        <source>The engine has ended again and again; the next prompt or save starts it. Nothing saved is lost</source>
        <translation>Le moteur s&apos;est arrêté à plusieurs reprises&#xa0;; la prochaine marque ou le prochain enregistrement le démarre. Rien d&apos;enregistré n&apos;est perdu</translation>
    </message>
    <message>
        <source>The engine has ended and is being started again. Nothing saved is lost</source>
        <translation>Le moteur s&apos;est arrêté et redémarre. Rien d&apos;enregistré n&apos;est perdu</translation>
    </message>
    <message>
        <source>The engine was started again. Nothing saved is lost</source>
        <translation>Le moteur a été redémarré. Rien d&apos;enregistré n&apos;est perdu</translation>
    </message>
</context>
<context>
    <name>Session.FindFlow</name>
    <message>
        <source>Nothing was found on the {count} slices that were looked at</source>
        <translation>Rien n&apos;a été trouvé sur les {count} coupes regardées</translation>
    </message>
    <message>
        <source>{count} are without it</source>
        <translation>sans elle&#xa0;: {count}</translation>
    </message>
    <message>
        <source>of {count} it cannot be told</source>
        <translation>indécidables&#xa0;: {count}</translation>
    </message>
    <message>
        <source>Looking for it ...</source>
        <translation>Recherche en cours ...</translation>
    </message>
    <message>
        <source>Every slice of this range is filled, saved or prompted already</source>
        <translation>Chaque coupe de cette plage est déjà remplie, enregistrée ou marquée</translation>
    </message>
    <message>
        <source>Found on {count} slices, look at them under Review</source>
        <translation>Trouvée sur {count} coupes, regardez-les sous Revue</translation>
    </message>
</context>
<context>
    <name>Session.Generalists</name>
    <message>
        <source>The task &apos;{task}&apos; is as it was, beside the generalist that it had</source>
        <translation>La tâche «&#xa0;{task}&#xa0;» est comme avant, avec le généraliste qu&apos;elle avait</translation>
    </message>
    <message>
        <source>The task &apos;{task}&apos; is as it was, and closed: choose the generalist that it learned with in Settings. Opened beside this one it is learned again</source>
        <translation>La tâche «&#xa0;{task}&#xa0;» est comme avant, et fermée&#xa0;: choisissez dans Réglages le généraliste de son apprentissage. Ouverte avec celui-ci, elle est réapprise</translation>
    </message>
</context>
<context>
    <name>Session.Learned</name>
    <message>
        <source>Learned (version {version}).</source>
        <translation>Appris (version {version}).</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is as good as it was.</source>
        <translation>Sur les {count} objets précédents, le spécialiste est aussi bon qu&apos;avant.</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is better by {change:.3f} Dice.</source>
        <translation>Sur les {count} objets précédents, le spécialiste est meilleur de {change:.3f} Dice.</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is worse by {change:.3f} Dice, which is tolerated.</source>
        <translation>Sur les {count} objets précédents, le spécialiste est moins bon de {change:.3f} Dice, ce qui est toléré.</translation>
    </message>
    <message>
        <source>The specialist has {share} % of a proposal.</source>
        <translation>La part du spécialiste dans une proposition est de {share}&#xa0;%.</translation>
    </message>
    <message>
        <source>The specialist has {share} % of the next proposals, after {was} %.</source>
        <translation>La part du spécialiste dans les prochaines propositions est de {share}&#xa0;%, après {was}&#xa0;%.</translation>
    </message>
</context>
<context>
    <name>Session.MadeTask</name>
    <message>
        <source>The new task {task} was made for it</source>
        <translation>La nouvelle tâche {task} a été créée pour cela</translation>
    </message>
    <message>
        <source>Its new task {task} takes the name that you give to the segment</source>
        <translation>Sa nouvelle tâche {task} prend le nom que vous donnez au segment</translation>
    </message>
    <message>
        <source>The task {task} is used for it</source>
        <translation>La tâche {task} est utilisée pour cela</translation>
    </message>
</context>
<context>
    <name>Session.NothingHere</name>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Choisissez ou nommez d&apos;abord une tâche&#xa0;: ce qui est appris</translation>
    </message>
    <message>
        <source>Your segment is on this slice. Erase it here first, then press Nothing here</source>
        <translation>Votre segment est sur cette coupe. Effacez-le d&apos;abord ici, puis cliquez sur Rien ici</translation>
    </message>
    <message>
        <source>It is saved already that nothing is here</source>
        <translation>Il est déjà enregistré que rien n&apos;est ici</translation>
    </message>
    <message>
        <source>The Segment Editor&apos;s masking keeps what is on this slice. Switch it off, then press Nothing here</source>
        <translation>Le masquage de Segment Editor protège ce qui est sur cette coupe. Désactivez-le, puis cliquez sur Rien ici</translation>
    </message>
</context>
<context>
    <name>Session.Onward</name>
    <message>
        <source>There is no proposal on this slice to accept</source>
        <translation>Il n&apos;y a pas de proposition à accepter sur cette coupe</translation>
    </message>
    <message>
        <source>That was the last open slice towards the end</source>
        <translation>C&apos;était la dernière coupe à traiter vers la fin</translation>
    </message>
</context>
<context>
    <name>Session.PromptFlow</name>
    <message>
        <source>The slice is none of the chosen volume. Take its id, an axis 0 to 2 and an index of it.</source>
        <translation>La coupe n&apos;est pas du volume choisi. Prenez son identifiant, un axe de 0 à 2 et un de ses indices.</translation>
    </message>
    <message>
        <source>Segmenting ...</source>
        <translation>Segmentation en cours ...</translation>
    </message>
    <message>
        <source>Cancelled. Your marks stay; one more asks again</source>
        <translation>Annulé. Vos marques restent&#xa0;; une de plus demande de nouveau</translation>
    </message>
    <message>
        <source>Preparing this slice, once for all clicks on it:{share}</source>
        <translation>Préparation de cette coupe, une fois pour tous ses clics&#xa0;:{share}</translation>
    </message>
    <message>
        <source>Proposed in {seconds:.1f} s: accept it, add a point, or edit it</source>
        <translation>Proposée en {seconds:.1f} s&#xa0;: acceptez-la, ajoutez un point ou retouchez-la</translation>
    </message>
    <message>
        <source>What you marked stays, and is answered as soon as an engine is there. {reason}</source>
        <translation>Ce que vous avez marqué reste&#xa0;; la réponse vient dès qu&apos;un moteur est là. {reason}</translation>
    </message>
    <message>
        <source>The engine is starting; what you marked is answered as soon as it is there</source>
        <translation>Le moteur démarre&#xa0;; la réponse à ce que vous avez marqué vient dès qu&apos;il est là</translation>
    </message>
    <message>
        <source>The image has changed: what was proposed on it is asked for anew</source>
        <translation>L&apos;image a changé : ce qui y était proposé est demandé de nouveau</translation>
    </message>
    <message>
        <source>This mark is for another segment: it is answered when that one is chosen</source>
        <translation>Cette marque est pour un autre segment : elle reçoit sa réponse quand celui-là est choisi</translation>
    </message>
    <message>
        <source>The image has another size or place: what was marked and proposed on it is taken away</source>
        <translation>L&apos;image a une autre taille ou une autre position : ce qui y était marqué et proposé est retiré</translation>
    </message>
</context>
<context>
    <name>Session.SaveFlow</name>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Choisissez ou nommez d&apos;abord une tâche&#xa0;: ce qui est appris</translation>
    </message>
    <message>
        <source>This slice is saved already</source>
        <translation>Cette coupe est déjà enregistrée</translation>
    </message>
    <message>
        <source>Nothing is drawn on this slice. If that is right, press Nothing here</source>
        <translation>Rien n&apos;est dessiné sur cette coupe. Si c&apos;est juste, cliquez sur Rien ici</translation>
    </message>
    <message>
        <source>{count} slices could not be saved: their segment is gone</source>
        <translation>{count} coupes n&apos;ont pas pu être enregistrées&#xa0;: leur segment n&apos;existe plus</translation>
    </message>
    <message>
        <source>Saving ...</source>
        <translation>Enregistrement ...</translation>
    </message>
    <message>
        <source>confirmed as proposed</source>
        <translation>confirmée telle que proposée</translation>
    </message>
    <message>
        <source>with your changes</source>
        <translation>avec vos modifications</translation>
    </message>
    <message>
        <source>as a slice with nothing on it</source>
        <translation>comme coupe où il n&apos;y a rien</translation>
    </message>
    <message>
        <source>Saved {what}</source>
        <translation>Enregistrée, {what}</translation>
    </message>
    <message>
        <source>Nothing is saved: {count} slices wait that were not looked at as they are now. Show each, press S</source>
        <translation>Rien n&apos;est enregistré : {count} coupes attendent, que personne n&apos;a regardées telles qu&apos;elles sont maintenant. Affichez chacune et appuyez sur S</translation>
    </message>
    <message>
        <source>Nothing is saved: no accepted or edited slice waits</source>
        <translation>Rien n&apos;est enregistré : aucune coupe acceptée ou modifiée n&apos;attend</translation>
    </message>
    <message>
        <source>Not saved: {slice}</source>
        <translation>Non enregistré : {slice}</translation>
    </message>
    <message>
        <source>Not saved: {slice} (and {more} more slices)</source>
        <translation>Non enregistré : {slice} (et {more} autres coupes)</translation>
    </message>
</context>
<context>
    <name>Session.SceneEvents</name>
    <message>
        <source>{count} slices have proposals that nobody has reviewed; they are not in the segment</source>
        <translation>{count} coupes ont des propositions que personne n&apos;a vérifiées&#xa0;; elles ne sont pas dans le segment</translation>
    </message>
</context>
<context>
    <name>Session.Seeds</name>
    <message>
        <source>The segment is empty: choose one that holds the structure on some slices</source>
        <translation>Le segment est vide&#xa0;: choisissez-en un qui contient la structure sur quelques coupes</translation>
    </message>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Choisissez ou nommez d&apos;abord une tâche&#xa0;: ce qui est appris</translation>
    </message>
    <message>
        <source>There is no gap to fill: fill a slice on both sides of the empty ones first</source>
        <translation>Il n&apos;y a pas de vide à remplir&#xa0;: remplissez d&apos;abord une coupe de chaque côté des coupes vides</translation>
    </message>
    <message>
        <source>Every slice is filled, settled or prompted already</source>
        <translation>Chaque coupe est déjà remplie, réglée ou marquée</translation>
    </message>
</context>
<context>
    <name>Session.Selection</name>
    <message>
        <source>Choose a volume first</source>
        <translation>Choisissez d&apos;abord un volume</translation>
    </message>
    <message>
        <source>No segment is chosen: the first prompt makes one</source>
        <translation>Aucun segment n&apos;est choisi&#xa0;: la première marque en crée un</translation>
    </message>
</context>
<context>
    <name>Session.SessionReport</name>
    <message>
        <source>The table could not be written to {path} ({reason}). Choose another place.</source>
        <translation>Le tableau n&apos;a pas pu être écrit dans {path} ({reason}). Choisissez un autre emplacement.</translation>
    </message>
</context>
<context>
    <name>Session.SliceInUse</name>
    <message>
        <source>Move the mouse into the slice view that you mean</source>
        <translation>Amenez la souris dans la vue de coupe voulue</translation>
    </message>
    <message>
        <source>There is no slice view. Choose a layout with one.</source>
        <translation>Il n&apos;y a pas de vue de coupe. Choisissez une disposition qui en a une.</translation>
    </message>
    <message>
        <source>{why} (view {view})</source>
        <translation>{why} (vue {view})</translation>
    </message>
</context>
<context>
    <name>Session.TaskDesk</name>
    <message>
        <source>Name the task first: what is being learned, such as &apos;liver, portal CT&apos;.</source>
        <translation>Nommez d&apos;abord la tâche&#xa0;: ce qui est appris, par exemple «&#xa0;foie, TDM portale ».</translation>
    </message>
    <message>
        <source>The task was written to {path}; it holds parts of images</source>
        <translation>La tâche a été écrite dans {path}&#xa0;; elle contient des parties d&apos;images</translation>
    </message>
    <message>
        <source>The task {name} is there; choose it for the segment that it is for</source>
        <translation>La tâche {name} est là ; choisissez-la pour le segment auquel elle est destinée</translation>
    </message>
</context>
<context>
    <name>Session.TaskFiles</name>
    <message>
        <source>The task could not be written to {path} ({reason}). Choose another place.</source>
        <translation>La tâche n&apos;a pas pu être écrite dans {path} ({reason}). Choisissez un autre emplacement.</translation>
    </message>
    <message>
        <source>A task file was expected at {path}, but it cannot be read ({reason}).</source>
        <translation>Un fichier de tâche était attendu dans {path}, mais il est illisible ({reason}).</translation>
    </message>
    <message>
        <source>{path} is a task that an engine has open; nothing was written. Choose another place or name.</source>
        <translation>{path} est une tâche qu&apos;un moteur a ouverte ; rien n&apos;a été écrit. Choisissez un autre endroit ou un autre nom.</translation>
    </message>
</context>
<context>
    <name>Session.TaskFollower</name>
    <message>
        <source>Waiting to be learned: {count}</source>
        <translation>En attente d&apos;apprentissage&#xa0;: {count}</translation>
    </message>
    <message>
        <source>Learning ...</source>
        <translation>Apprentissage ...</translation>
    </message>
    <message>
        <source>The task was learned again from its saved slices: version {version}</source>
        <translation>La tâche a été réapprise à partir de ses coupes enregistrées&#xa0;: version {version}</translation>
    </message>
    <message>
        <source>Update discarded, nothing was lost: {reason}</source>
        <translation>Mise à jour rejetée, rien n&apos;est perdu&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>Learning stopped: {reason}</source>
        <translation>Apprentissage arrêté&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>Version {version} is in use again</source>
        <translation>La version {version} est de nouveau en usage</translation>
    </message>
    <message>
        <source>Learned (version {version}).</source>
        <translation>Appris (version {version}).</translation>
    </message>
</context>
<context>
    <name>Session.TaskGreys</name>
    <message>
        <source>A grey window needs a low value under its high one, got {low:g} to {high:g}.</source>
        <translation>Une fenêtre de gris demande une valeur basse sous sa valeur haute&#xa0;; reçu&#xa0;: {low:g} à {high:g}.</translation>
    </message>
    <message>
        <source>This volume says nothing of other images: it is constant, mostly padding, or air. Set the values.</source>
        <translation>Ce volume ne dit rien des autres images&#xa0;: il est constant, surtout du remplissage, ou de l&apos;air. Fixez les valeurs.</translation>
    </message>
</context>
<context>
    <name>Session.TaskSuggestion</name>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
</context>
<context>
    <name>Session.Teacher</name>
    <message>
        <source>Saved</source>
        <translation>Enregistré</translation>
    </message>
    <message>
        <source>Saved on this machine; the engine has not learned it yet</source>
        <translation>Enregistré sur cette machine&#xa0;; le moteur ne l&apos;a pas encore appris</translation>
    </message>
    <message>
        <source>This slice is not on the disk yet, and is not safe until the engine has it</source>
        <translation>Cette coupe n&apos;est pas encore sur le disque, et n&apos;est en sûreté que lorsque le moteur l&apos;a</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Cette coupe</translation>
    </message>
    <message>
        <source>A slice that was saved before</source>
        <translation>Une coupe enregistrée auparavant</translation>
    </message>
    <message>
        <source>{which} was not learned. {reason}</source>
        <translation>{which} n&apos;a pas été apprise. {reason}</translation>
    </message>
    <message>
        <source>{count} saved slices wait for the engine. {reason}</source>
        <translation>{count} coupes enregistrées attendent le moteur. {reason}</translation>
    </message>
</context>
<context>
    <name>Session.VolumeFlow</name>
    <message>
        <source>Accept or draw the structure on one slice of this range first</source>
        <translation>Acceptez ou dessinez d&apos;abord la structure sur une coupe de cette plage</translation>
    </message>
    <message>
        <source>Accepted {count} slices; look at each of them before you save</source>
        <translation>{count} coupes acceptées&#xa0;; regardez chacune avant d&apos;enregistrer</translation>
    </message>
    <message>
        <source>{told}. On {masked} the Segment Editor&apos;s masking keeps a part out</source>
        <translation>{told}. Sur {masked}, le masquage du Segment Editor en tient une partie dehors</translation>
    </message>
    <message>
        <source>Every slice is filled, settled or prompted already</source>
        <translation>Chaque coupe est déjà remplie, réglée ou marquée</translation>
    </message>
    <message>
        <source>No slice view on display shows {slice}. Choose a layout with a view of that direction</source>
        <translation>Aucune vue de coupe visible ne montre {slice}. Choisissez une disposition avec une vue de cette direction</translation>
    </message>
</context>
<context>
    <name>Session.VolumeWalk</name>
    <message>
        <source>Nothing is proposed: the structure ends on the slices beside</source>
        <translation>Rien n&apos;est proposé&#xa0;: la structure s&apos;arrête sur les coupes voisines</translation>
    </message>
    <message>
        <source>Proposed on {count} slices; look at them under Review</source>
        <translation>Proposée sur {count} coupes&#xa0;; regardez-les sous Revue</translation>
    </message>
    <message>
        <source>{count} slices cannot be read and were left out, {slice} first: {reason}</source>
        <translation>{count} coupes ne peuvent pas être lues et ont été laissées de côté, la première étant {slice} : {reason}</translation>
    </message>
</context>
<context>
    <name>SettingsPanel</name>
    <message>
        <source>Generalist</source>
        <translation>Généraliste</translation>
    </message>
    <message>
        <source>The frozen network that makes the first proposal: the built-in one, a SAM checkpoint that was downloaded, or the path of a checkpoint file.</source>
        <translation>Le réseau figé qui fait la première proposition&#xa0;: celui qui est intégré, un checkpoint SAM téléchargé, ou le chemin d&apos;un checkpoint.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Utiliser</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Télécharger</translation>
    </message>
    <message>
        <source>Cancel download</source>
        <translation>Annuler le téléchargement</translation>
    </message>
    <message>
        <source>Measure clicks</source>
        <translation>Chronométrer</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Moteur</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Appareil&#xa0;:</translation>
    </message>
    <message>
        <source>Where the engine computes. The status above says which one is in use, and why.</source>
        <translation>Où calcule le moteur. L&apos;état ci-dessus dit quel appareil est utilisé, et pourquoi.</translation>
    </message>
    <message>
        <source>Threads:</source>
        <translation>Threads&#xa0;:</translation>
    </message>
    <message>
        <source>Processor threads of the engine.</source>
        <translation>Threads du processeur pour le moteur.</translation>
    </message>
    <message>
        <source>All cores but one</source>
        <translation>Tous les cœurs sauf un</translation>
    </message>
    <message>
        <source>Learn meanwhile:</source>
        <translation>Apprendre entre-temps&#xa0;:</translation>
    </message>
    <message>
        <source>How long the engine goes over the saved slices again while you look at the next one. It takes effect when the engine starts; a server decides for itself.</source>
        <translation>Combien de temps le moteur reprend les coupes enregistrées pendant que vous regardez la suivante. Prend effet au démarrage du moteur&#xa0;; un serveur en décide lui-même.</translation>
    </message>
    <message>
        <source>Task folder:</source>
        <translation>Dossier des tâches&#xa0;:</translation>
    </message>
    <message>
        <source>Where tasks are kept. Empty: your own data folder.</source>
        <translation>Où les tâches sont gardées. Vide&#xa0;: votre dossier de données.</translation>
    </message>
    <message>
        <source>...</source>
        <translation>...</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>Choisir un dossier.</translation>
    </message>
    <message>
        <source>Python:</source>
        <translation>Python&#xa0;:</translation>
    </message>
    <message>
        <source>Another Python that has auxol-core installed. Empty: the one of Slicer.</source>
        <translation>Un autre Python où auxol-core est installé. Vide&#xa0;: celui de Slicer.</translation>
    </message>
    <message>
        <source>Choose a Python program.</source>
        <translation>Choisir un programme Python.</translation>
    </message>
    <message>
        <source>Wheel folder:</source>
        <translation>Dossier de wheels&#xa0;:</translation>
    </message>
    <message>
        <source>For a machine without network: a folder with the wheels to install from.</source>
        <translation>Pour une machine sans réseau&#xa0;: un dossier avec les wheels à installer.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Redémarrer le moteur</translation>
    </message>
    <message>
        <source>Stop engine</source>
        <translation>Arrêter le moteur</translation>
    </message>
    <message>
        <source>Changes count from the next start of the engine.</source>
        <translation>Pris en compte au prochain démarrage du moteur.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>Use a server on another machine</source>
        <translation>Utiliser un serveur sur une autre machine</translation>
    </message>
    <message>
        <source>The slices that you work on, your prompts and your corrections are then sent to this server. Without it nothing leaves this machine.</source>
        <translation>Les coupes sur lesquelles vous travaillez, vos marques et vos corrections sont alors envoyées à ce serveur. Sans lui, rien ne quitte cette machine.</translation>
    </message>
    <message>
        <source>Address:</source>
        <translation>Adresse&#xa0;:</translation>
    </message>
    <message>
        <source>https://server.example:8765</source>
        <translation>https://server.example:8765</translation>
    </message>
    <message>
        <source>Address of the AuxOL server, with its port.</source>
        <translation>Adresse du serveur AuxOL, avec son port.</translation>
    </message>
    <message>
        <source>Token:</source>
        <translation>Jeton&#xa0;:</translation>
    </message>
    <message>
        <source>The token that the server&apos;s keeper gave you. It is kept in Slicer&apos;s settings on this machine.</source>
        <translation>Le jeton que le responsable du serveur vous a donné. Il est gardé dans les réglages de Slicer sur cette machine.</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Tester</translation>
    </message>
    <message>
        <source>Behaviour</source>
        <translation>Comportement</translation>
    </message>
    <message>
        <source>New tasks learn by:</source>
        <translation>Nouvelles tâches&#xa0;:</translation>
    </message>
    <message>
        <source>How tasks that you make from now on learn from your corrections; a task keeps what it was made with. The engine says what there is.</source>
        <translation>Comment les tâches que vous créez désormais apprennent de vos corrections&#xa0;; une tâche garde ce avec quoi elle a été créée. Le moteur dit ce qu&apos;il y a.</translation>
    </message>
    <message>
        <source>Save when a segment is set to Completed</source>
        <translation>Enregistrer quand un segment passe à Completed</translation>
    </message>
    <message>
        <source>Save when the scene is saved</source>
        <translation>Enregistrer quand la scène est enregistrée</translation>
    </message>
    <message>
        <source>An editing effect accepts the proposal shown</source>
        <translation>Un effet d&apos;édition accepte la proposition</translation>
    </message>
    <message>
        <source>Begin to paint, draw or erase: the proposal on display is put into your segment first.</source>
        <translation>Commencer à peindre, dessiner ou effacer&#xa0;: la proposition affichée entre d&apos;abord dans votre segment.</translation>
    </message>
    <message>
        <source>Single-key shortcuts in this module</source>
        <translation>Raccourcis d&apos;une touche dans ce module</translation>
    </message>
    <message>
        <source>Letters on the buttons; they work only while this module is open.</source>
        <translation>Les lettres sur les boutons&#xa0;; elles n&apos;agissent que tant que ce module est ouvert.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Copier le diagnostic</translation>
    </message>
    <message>
        <source>Copies versions, device, settings without the token, and the last lines of the log. No image, no names.</source>
        <translation>Copie les versions, l&apos;appareil, les réglages sans le jeton et les dernières lignes du journal. Aucune image, aucun nom.</translation>
    </message>
    <message>
        <source>Language of this module:</source>
        <translation>Langue de ce module :</translation>
    </message>
    <message>
        <source>The language of this panel and its messages; it changes at once. Slicer&apos;s own is chosen in its application settings.</source>
        <translation>La langue de ce panneau et de ses messages ; elle change aussitôt. Celle de Slicer se choisit dans les réglages de l&apos;application.</translation>
    </message>
    <message>
        <source>Start the engine when the module is opened</source>
        <translation>Démarrer le moteur à l&apos;ouverture du module</translation>
    </message>
    <message>
        <source>Nothing is installed or downloaded by that. Off: the engine starts with Start engine or with the first prompt.</source>
        <translation>Rien n&apos;est installé ni téléchargé par là. Désactivé&#xa0;: le moteur démarre par Démarrer le moteur ou à la première marque.</translation>
    </message>
    <message>
        <source>Fold the Data Probe while this module is shown</source>
        <translation>Replier Data Probe tant que ce module est affiché</translation>
    </message>
    <message>
        <source>Gives the panel more room on a small screen. The Data Probe opens with one press, and by itself when you go to another module.</source>
        <translation>Donne plus de place au panneau sur un petit écran. Data Probe s&apos;ouvre d&apos;un clic, et d&apos;office quand vous passez à un autre module.</translation>
    </message>
</context>
</TS>
