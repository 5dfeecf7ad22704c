"""The commonest words of chats by language, since n-grams alone say little about "hola" or "no, danke"."""

from __future__ import annotations

_LISTS = {
    "en": """the a an and or but is are was were be been am i'm it's don't can't you your my me we our he she it they them this
        that these those there where what when who why how which do does did have has had can could will would should please
        thanks thank hello hi hey bye goodbye good morning evening night yes not of to in on at for from with about my need
        want help make show tell give any some more if then sorry see later how's what's wheres refund order track return
        package set remind""",
    "es": """el la los las un una unos y o pero es son está están era ser soy estoy tú tu su mi me yo nosotros él ella esto esta
        este eso qué que dónde donde cuándo cuando quién por para con sin cómo como cuánto cuesta hay tengo tiene quiero
        puedo puede hola gracias adiós buenos buenas días tardes noches sí favor ayuda de del en al se lo más muy también no
        pedido mañana hoy deriva resuelve calcula traduce""",
    "de": """der die das den dem des ein eine einen einem einer und oder aber ist sind war bin bist sein ich du er sie es wir ihr
        mein meine meinen dein ihre nicht kein keine wo was wann wer warum wie welche kann könnte können möchte will bitte
        danke hallo tschüss guten gute morgen tag abend nacht ja nein von zu im am auf für mit aus bei habe haben hat gibt
        heute hilfe noch auch sehr wird werden um mir mich bestellung leite löse berechne übersetze""",
    "fr": """le la les un une des du de et ou mais est sont était suis es c'est je tu il elle nous vous ils mon ma mes ton ta son
        sa ne pas que qui quoi où quand pourquoi comment quel quelle quels combien pour avec sans dans sur au aux bonjour
        bonsoir salut merci oui non svp s'il plaît plait j'ai ai as a avez peux pouvez voudrais aide ça très aussi y demain
        commande veux dérive résous calcule traduis""",
    "it": """il lo la gli le un uno una e o ma è sono era sei io tu lui lei noi voi mio mia miei tuo non che chi cosa dove quando
        perché come quanto quale per con senza di da in su al del della dei nel ciao grazie prego buongiorno buonasera sì si
        scusi posso puoi vorrei ho hai ha aiuto molto anche più questo questa domani oggi mi ordine arrivederci favore salve costa""",
    "pt": """o os as um uma uns e ou mas é são era sou estou está eu você ele ela nós meu minha seu sua não que quem onde quando
        porque por para com sem como quanto qual de do da dos das em no na nos nas ao olá oi obrigado obrigada tchau bom boa
        dia tarde noite sim posso pode quero tenho tem ajuda muito também mais isso este esta amanhã hoje pedido custa me ajude favor""",
    "ca": """el la els les un una uns unes i o però és són està era ser sóc estic tu ell ella nosaltres meu meva no què qui on
        quan per amb sense com quant de del dels en al hola gràcies adéu bon bona dia tarda nit sí si us plau ajuda molt
        també més això aquest aquesta vull tinc puc avui demà""",
    "nl": """de het een en of maar is zijn was ben bent ik jij je hij zij we wij jullie mijn jouw uw niet geen waar wat wanneer
        wie waarom hoe welke kan kunt kunnen wil graag hoi dankjewel hoeveel kost alstublieft alsjeblieft dank bedankt hallo hoi dag goede goedemorgen
        ja nee van te in op voor met uit bij heb heeft hebben hulp ook zeer heel deze dit dat naar mij me morgen vandaag om""",
    "da": """og eller men er var jeg du han hun vi i min mit mine din ikke ingen hvor hvad hvornår hvem hvorfor hvordan hvilken
        kan vil tak hej godmorgen farvel ja nej af til på med fra har det den en et der som hjælp også meget mig om dag skal
        gerne sæt vis føj afspil imorgen klokken""",
    "sv": """och eller men är var jag du han hon vi ni min mitt mina din inte ingen vad när vem varför hur vilken kan vill tack
        hej godmorgon god morgon adjö ja nej av till på med från har det den en ett som hjälp också mycket mig om idag imorgon ska gärna""",
    "no": """og eller men er var jeg du han hun vi dere min mitt mine din ikke ingen hvor hva når hvem hvorfor hvordan hvilken
        kan vil takk hei morn ja nei av til på med fra har det den en et som hjelp også mye meg om dag skal gjerne""",
    "id": """dan atau tapi adalah saya aku kamu anda dia kami kita mereka ini itu yang di ke dari untuk dengan tidak bukan apa
        dimana kapan siapa mengapa bagaimana berapa bisa mau ingin tolong terima kasih halo selamat pagi siang sore malam ya
        ada akan sudah saja juga besok hari jam atur""",
    "tr": """ve veya ama bir bu şu o ben sen biz siz onlar benim senin değil ne nerede nerde zaman kim neden nasıl hangi kaç için
        ile mi mı mu mü var yok evet hayır lütfen teşekkürler teşekkür merhaba selam günaydın istiyorum çok da de bana
        yarın bugün saat""",
    "pl": """i lub ale jest są był jestem ja ty on ona my wy mój moja nie co gdzie kiedy kto dlaczego jak który czy ile mogę
        chcę proszę dziękuję cześć dzień dobry dobranoc tak na w z do od dla się mam ma to ten ta jutro dziś""",
    "ru": """и или но не да нет что где когда кто как почему сколько я ты он она мы вы они мой это привет спасибо пожалуйста
        здравствуйте хочу могу есть для на в с по помогите заказ мне""",
    "uk": """і або але не так ні що де коли хто як чому скільки я ти він вона ми ви вони мій це привіт дякую будь ласка
        вітаю хочу можу є для на в з по допоможіть замовлення мені""",
    "ar": "في من على هل ما أين متى كيف كم لماذا أنا أنت هو هي نحن مرحبا شكرا السلام عليكم نعم لا أريد طلبي هذا",
    "fa": "در از به را این آن است چه کجا کی چطور چند چرا من تو او ما شما سلام ممنون لطفا بله نه می‌خواهم سفارش",
}

LISTED = tuple(_LISTS)
"""The languages that have a list."""

LANGUAGES_OF_WORD: dict[str, tuple[str, ...]] = {}
"""Word in lower case -> languages (ISO 639-1) in which it is common."""

for _language, _words in _LISTS.items():
    for _word in set(_words.split()):
        LANGUAGES_OF_WORD[_word] = (*LANGUAGES_OF_WORD.get(_word, ()), _language)

_ANYWHERE = """ok okay okey k hm hmm mm ah oh uh lol haha hahaha wow omg asap faq pdf url app id vip wifi email e-mail sms
    gps usb html css json xml api http https www com iphone ipad android windows linux mac excel word google youtube amazon
    paypal visa kg km cm ml mg gb mb kb eur usd gbp jpy cny sin cos tan log ln exp sqrt lim int frac dx dy dt max min abs
    def return import print lambda const var func"""

NEUTRAL = frozenset(_ANYWHERE.split())
"""Words that people write in any language."""
